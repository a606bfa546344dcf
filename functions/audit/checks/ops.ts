import { parse } from '@aws-sdk/util-arn-parser';
import { SES_HOST } from '../../mail-domain/mail-providers.ts';
import type { Endpoint } from '../../net/endpoint.ts';
import { awsPage } from '../../smtp/reference.ts';
import { type Check, decide, fail, type Outcome, pass, unknown, warn } from '../check.ts';
import type { AlarmFacts, FunctionFacts, LogFacts } from '../subjects/account.ts';
import { type CredentialFacts, onEndpoint } from '../subjects/credential.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const NOTICE_DAYS = 90;
/** A restore that nobody has tried for a quarter is a hope. */
const DRILL_DAYS = 90;
/** Most packages hear of some fault within a quarter. */
const DEPLOYED_DAYS = 90;
/** The days on which Lambda deprecates a runtime (Lambda developer guide, "Lambda runtimes"). */
const DEPRECATED: Readonly<Record<string, string>> = {
  'nodejs16.x': '2024-06-12',
  'nodejs18.x': '2025-09-01',
  'nodejs20.x': '2026-04-30',
  'nodejs22.x': '2027-04-30',
  'nodejs24.x': '2028-04-30',
};

const NO_FUNCTION = 'There is no function with the name of the stack.';

/** What AWS puts before the first dash: `eu`, `us`, `ap`; the separate partitions have two words. */
const PART_OF_THE_WORLD = /^(us-(?:gov|iso)[a-z]*|[a-z]+)-/;
const NO_LOG_GROUP = 'There is no log group with the name of the stack.';

/** Keyturn's own house: what watches it, what it remembers of whom, and what it runs on. Which law that meets is not for software to say. */
export const opsChecks: readonly Check[] = [
  {
    id: 'ops.trail',
    practices: [7],
    title: 'CloudTrail',
    severity: 'medium',
    needs: ['account'],
    why: 'Without a trail nobody can say who read a password once the 90 days of event history are over.',
    remediation:
      'Create a trail for all regions that logs management events to an encrypted bucket of its own.',
    reference: awsPage(
      'Creating a trail',
      'awscloudtrail/latest/userguide/cloudtrail-create-and-update-a-trail.html',
    ),
    rule: ({ account }) =>
      decide(account.trail, (logging) =>
        logging ? pass('A trail is logging.') : warn('No trail of this account is logging.'),
      ),
  },
  {
    id: 'ops.alarms',
    practices: [7],
    title: 'Alarms of Keyturn',
    severity: 'medium',
    needs: ['account'],
    why: 'An alarm for a failed rotation or a dead credential is of no use if it reaches nobody.',
    remediation:
      'Set `alertEmail` and confirm the subscription, or re-enable the actions of the alarms that somebody switched off.',
    reference: awsPage(
      'Using Amazon CloudWatch alarms',
      'AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html',
    ),
    rule: ({ account }) => decide(account.alarms, alarmOutcome),
  },
  {
    id: 'ops.retention',
    practices: [7, 19],
    title: 'Retention of logs and records',
    severity: 'low',
    needs: ['account'],
    why: 'Logs that are kept for ever cost more each month, and hold more about people than anybody may keep.',
    remediation:
      'Deploy again, which sets `logRetentionDays` and the key on each log group of Keyturn, and the Time to Live of its table.',
    reference: awsPage(
      'Working with log groups',
      'AmazonCloudWatch/latest/logs/Working-with-log-groups-and-streams.html',
    ),
    rule: ({ account }) =>
      decide(account.logs, (logs) =>
        decide(account.tableExpiry, (expires) => retentionOutcome(logs, expires)),
      ),
  },
  {
    id: 'ops.runtime',
    practices: [16],
    title: 'Runtime of the functions',
    severity: 'high',
    needs: ['account'],
    why: 'A deprecated runtime gets no security updates, and in time its functions can no longer be updated.',
    remediation: 'Update Keyturn and deploy it again.',
    reference: awsPage('Lambda runtimes', 'lambda/latest/dg/lambda-runtimes.html'),
    rule: ({ account, examinedAt }) =>
      decide(account.functions, (functions) => runtimeOutcome(functions, examinedAt)),
  },
  {
    id: 'ops.deps',
    practices: [16],
    title: 'Age of the packages in the functions',
    severity: 'medium',
    needs: ['account'],
    why: 'The packages of a function are fixed on the day it is bundled: a vulnerability that becomes known later stays in it until somebody deploys again.',
    remediation:
      'Update Keyturn and its packages (`npm audit` names those with a known vulnerability), run the tests, and deploy again. For a daily look at the deployed functions, switch on Amazon Inspector.',
    reference: awsPage(
      'Scanning AWS Lambda functions with Amazon Inspector',
      'inspector/latest/user/scanning-lambda.html',
    ),
    rule: ({ account, examinedAt }) =>
      decide(account.functions, (functions) => deploymentOutcome(functions, examinedAt)),
  },
  {
    id: 'ops.drill',
    practices: [15, 17],
    title: 'Restore drill',
    severity: 'low',
    needs: ['account'],
    why: 'A backup proves nothing until somebody has restored it, and the day you need it is a bad day for the first try.',
    remediation:
      'Restore the table under another name as docs/operations.md describes, then publish the metric RestoreDrill in the namespace Keyturn.',
    reference: awsPage(
      'Restoring a DynamoDB table to a point in time',
      'amazondynamodb/latest/developerguide/PointInTimeRecovery.Tutorial.html',
    ),
    rule: ({ account, examinedAt }) =>
      decide(account.lastDrill, (lastDrill) => drillOutcome(lastDrill, examinedAt)),
  },
  {
    id: 'priv.pii',
    practices: [19],
    title: 'Mail addresses in the logs',
    severity: 'medium',
    needs: ['account'],
    why: 'A mail address is personal data, and nobody thinks of the logs when somebody asks to be forgotten.',
    remediation:
      'Find the line in the named log group. If the API log names callers by their address, give their role sessions another name; otherwise report the line as a bug in Keyturn. Then delete the log stream.',
    reference: awsPage(
      'Protect sensitive log data with masking',
      'AmazonCloudWatch/latest/logs/mask-sensitive-log-data.html',
    ),
    rule: ({ account }) => decide(account.logs, addressOutcome),
  },
  {
    id: 'priv.region',
    practices: [19],
    title: 'Location of the data',
    severity: 'medium',
    needs: ['secret', 'value'],
    why: 'Data that moves to another part of the world comes under other laws, often only because a replica or an endpoint was chosen out of habit.',
    remediation:
      'Use an Amazon SES endpoint in the same part of the world as the secret, and stop replicating it elsewhere; or accept the risk and give the reason why it is allowed.',
    reference: awsPage(
      'Data protection in AWS Secrets Manager',
      'secretsmanager/latest/userguide/data-protection.html',
    ),
    rule: onEndpoint(regionOutcome),
  },
];

/** The newest of them: a deployment changes only functions whose code or settings differ. */
function deploymentOutcome(functions: readonly FunctionFacts[], now: number): Outcome {
  const changed = functions.flatMap(({ own, changedAt }) => (own && changedAt !== null ? [changedAt] : []));
  if (changed.length === 0) return unknown('not-found', NO_FUNCTION);
  const newest = Math.max(...changed);
  const evidence = `The functions were last changed on ${new Date(newest).toISOString().slice(0, 10)}.`;
  return now - newest > DEPLOYED_DAYS * DAY_MS
    ? warn(`${evidence} Vulnerabilities that have become known since are still in them.`)
    : pass(evidence);
}

function drillOutcome(lastDrill: number | null, now: number): Outcome {
  if (lastDrill === null) return warn('No restore drill was recorded within half a year.');
  const evidence = `The last restore drill was on ${new Date(lastDrill).toISOString().slice(0, 10)}.`;
  return now - lastDrill > DRILL_DAYS * DAY_MS ? warn(evidence) : pass(evidence);
}

function alarmOutcome(alarms: readonly AlarmFacts[]): Outcome {
  if (alarms.length === 0) return fail('Keyturn has no alarms left.');
  const silent = alarms.filter(({ acts }) => !acts).map(({ name }) => name);
  return silent.length > 0
    ? warn(`These alarms reach nobody: ${silent.slice(0, 3).join(', ')}.`)
    : pass(`All ${alarms.length} alarms have an action.`);
}

function retentionOutcome({ groups }: LogFacts, tableExpires: boolean): Outcome {
  if (groups.length === 0) return unknown('not-found', NO_LOG_GROUP);
  if (!tableExpires) return warn("Keyturn's table never deletes anything: its Time to Live is off.");
  const endless = groups.filter(({ retentionDays }) => retentionDays === null).map(({ name }) => name);
  if (endless.length > 0) return warn(`Kept for ever: ${endless.join(', ')}.`);
  const plain = groups.filter(({ ownKey }) => !ownKey).map(({ name }) => name);
  return plain.length > 0
    ? warn(`Without a customer-managed key: ${plain.join(', ')}.`)
    : pass(
        `All ${groups.length} log groups have a retention and a customer-managed key, and the table deletes what has expired.`,
      );
}

function runtimeOutcome(functions: readonly FunctionFacts[], now: number): Outcome {
  const runtimes = [...new Set(functions.filter(({ own }) => own).map(({ runtime }) => runtime ?? 'image'))];
  if (runtimes.length === 0) return unknown('not-found', NO_FUNCTION);
  const daysLeft = (runtime: string) => (Date.parse(DEPRECATED[runtime] ?? '') - now) / DAY_MS;
  const old = runtimes.filter((runtime) => daysLeft(runtime) < 0);
  if (old.length > 0) return fail(`Lambda has deprecated ${old.join(', ')}.`);
  const ending = runtimes.filter((runtime) => daysLeft(runtime) < NOTICE_DAYS);
  if (ending.length > 0)
    return warn(`Lambda will deprecate ${ending.join(', ')} within ${NOTICE_DAYS} days.`);
  const strange = runtimes.filter((runtime) => DEPRECATED[runtime] === undefined);
  return strange.length > 0
    ? unknown('not-found', `The audit does not know how long ${strange.join(', ')} is supported.`)
    : pass(`All functions run on ${runtimes.join(', ')}, which Lambda supports.`);
}

function addressOutcome({ groups, addresses, complete }: LogFacts): Outcome {
  const found = Object.entries(addresses).map(([group, lines]) => `${group} (${lines} lines)`);
  if (found.length > 0) return fail(`Mail addresses are in ${found.slice(0, 3).join(', ')}.`);
  if (groups.length === 0) return unknown('not-found', NO_LOG_GROUP);
  if (!complete) return unknown('timeout', 'A log group was too large to be searched to its end.');
  return pass(`No mail address in ${groups.length} log groups of Keyturn within the last day.`);
}

function regionOutcome({ host }: Endpoint, { description }: CredentialFacts): Outcome {
  const home = parse(description.arn).region;
  const sending = SES_HOST.exec(host)?.[1]?.toLowerCase();
  const copies = description.replicas.map(({ region }) => region);
  const regions = [...new Set([home, ...copies, ...(sending ? [sending] : [])])];
  const parts = new Set(regions.map((region) => PART_OF_THE_WORLD.exec(region)?.[1] ?? region));
  const seen = `The secret, its copies and its Amazon SES endpoint are in ${regions.join(', ')}`;
  const unseen = sending ? '.' : `; where ${host} is, the audit cannot see.`;
  return parts.size > 1
    ? warn(`${seen}, in different parts of the world${unseen}`)
    : pass(`${seen}${unseen}`);
}
