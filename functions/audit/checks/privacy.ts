import type { Endpoint } from '../../net/endpoint.ts';
import { awsPage } from '../../smtp/reference.ts';
import type { Check } from '../check.ts';
import type { LogFacts } from '../facts/account.ts';
import type { CredentialFacts } from '../facts/credential-facts.ts';
import { decide } from '../gathered.ts';
import { fail, type Outcome, pass, unknown, warn } from '../outcome.ts';
import { onEndpoint } from './subject.ts';

const SES_REGION = /^email-smtp(?:-fips)?\.([a-z0-9-]+)\.amazonaws\.com/i;
/** What AWS puts before the first dash: `eu`, `us`, `ap`; the separate partitions have two words. */
const PART_OF_THE_WORLD = /^(us-(?:gov|iso)[a-z]*|[a-z]+)-/;
const NO_LOG_GROUP = 'There is no log group with the name of the stack.';

/** Evidence on data protection: what was seen, and where. Which law it meets is not for software to say. */
export const privacyChecks: readonly Check[] = [
  {
    id: 'priv.pii',
    practices: [19],
    title: 'Mail addresses in the logs',
    severity: 'medium',
    needs: ['account'],
    why: 'A mail address is personal data, and a log is where nobody looks for it when a person asks to be forgotten.',
    remediation:
      'Find the line in the named log group. If the log of the API names callers by their address, give the sessions of people another name; otherwise report the line as a fault of Keyturn. Then delete the log stream.',
    reference: awsPage(
      'Protect sensitive log data with masking',
      'AmazonCloudWatch/latest/logs/mask-sensitive-log-data.html',
    ),
    rule: ({ account }) => decide(account.logs, addressOutcome),
  },
  {
    id: 'priv.region',
    practices: [19],
    title: 'Where the data is',
    severity: 'medium',
    needs: ['secret', 'value'],
    why: 'Data that moves to another part of the world comes under other laws, and often only because a copy or an endpoint was chosen by habit.',
    remediation:
      'Use an Amazon SES endpoint of the part of the world where the secret is, and stop the replication to regions elsewhere; or accept the risk with the reason why it is allowed.',
    reference: awsPage(
      'Data protection in AWS Secrets Manager',
      'secretsmanager/latest/userguide/data-protection.html',
    ),
    rule: onEndpoint(regionOutcome),
  },
];

function addressOutcome({ groups, addresses, complete }: LogFacts): Outcome {
  const found = Object.entries(addresses).map(([group, lines]) => `${group} (${lines} lines)`);
  if (found.length > 0) return fail(`Mail addresses are in ${found.slice(0, 3).join(', ')}.`);
  if (groups.length === 0) return unknown('not-found', NO_LOG_GROUP);
  if (!complete) return unknown('timeout', 'A log group was too large to be searched to its end.');
  return pass(`No mail address in ${groups.length} log groups of Keyturn within a day.`);
}

function regionOutcome({ host }: Endpoint, { description }: CredentialFacts): Outcome {
  const home = description.arn.split(':')[3] ?? '';
  const sending = SES_REGION.exec(host)?.[1]?.toLowerCase();
  const copies = description.replicas.map(({ region }) => region);
  const regions = [...new Set([home, ...copies, ...(sending ? [sending] : [])])];
  const parts = new Set(regions.map((region) => PART_OF_THE_WORLD.exec(region)?.[1] ?? region));
  const seen = `The secret, its copies and its Amazon SES endpoint are in ${regions.join(', ')}`;
  const unseen = sending ? '.' : `; where ${host} stands the audit cannot see.`;
  return parts.size > 1
    ? warn(`${seen}, in different parts of the world${unseen}`)
    : pass(`${seen}${unseen}`);
}
