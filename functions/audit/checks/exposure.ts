import { OWNER_TAG } from '../../observe/names.ts';
import { awsPage } from '../../smtp/reference.ts';
import type { Check } from '../check.ts';
import type { AccountFacts, LogFacts, ValueFacts } from '../facts/account.ts';
import type { Reuse } from '../facts/reuse.ts';
import { decide, type Gathered, known } from '../gathered.ts';
import { fail, notApplicable, type Outcome, pass, unknown, warn } from '../outcome.ts';
import { onCredential } from './subject.ts';

const NAMED = 3;
const UNNAMED = `at least one secret that does not carry the same ${OWNER_TAG}, which is not named here`;

/** Whether the password is elsewhere. What is compared is compared in memory; the evidence names what `facts/reuse.ts` lets it. */
export const exposureChecks: readonly Check[] = [
  {
    id: 'secret.breached',
    practices: [1],
    title: 'Known breaches',
    severity: 'critical',
    needs: ['value'],
    why: 'Passwords of known breaches are the first ones that attackers try, at every server and with every user name.',
    remediation:
      'Rotate the secret now, and let the provider or GetRandomPassword make the new password. The lookup is switched on by `breach-lookup` in `auditOptIn`.',
    reference: {
      title: 'Have I Been Pwned: searching by range',
      url: 'https://haveibeenpwned.com/API/v3#SearchingPwnedPasswordsByRange',
    },
    rule: onCredential((_credential, { aws: { breaches } }) => {
      if (!breaches)
        return notApplicable('Off; switched on by `breach-lookup` in `auditOptIn` for this host.');
      return decide(breaches, (times) =>
        times > 0 ? fail(`It stands in known breaches ${times} times.`) : pass('In no known breach.'),
      );
    }),
  },
  {
    id: 'secret.reuse',
    practices: [1],
    title: 'Same password elsewhere',
    severity: 'high',
    needs: ['value', 'account'],
    why: 'When one of several accounts with the same password is broken into, all of them are.',
    remediation: `Rotate this secret, so that its account has a password of its own. Which other one holds the password is said only where both carry the same \`${OWNER_TAG}\`: who may set that tag gives it to both, if one owner answers for them, and who may read both values compares them.`,
    reference: awsPage('GetRandomPassword', 'secretsmanager/latest/apireference/API_GetRandomPassword.html'),
    rule: onCredential((_credential, { account, description }) =>
      decide(account.values, (values) => reuseOutcome(values, description.arn)),
    ),
  },
  {
    id: 'secret.plaintext-env',
    practices: [4],
    title: 'Passwords in plain text',
    severity: 'high',
    needs: ['value', 'account'],
    why: 'Everybody who may look at a function, a task, a stack or a parameter reads what stands in it, and it stays there after a rotation.',
    remediation:
      'Let the function or the container read the secret from Secrets Manager at run time, take the variable, the output or the parameter away, then rotate the secret. Where the password itself was found is not said, since whoever writes there could try guesses: who may read the environments and outputs (ListFunctions, DescribeTaskDefinition, DescribeStacks) looks for its value.',
    reference: awsPage(
      'Security best practices for environment variables',
      'lambda/latest/dg/configuration-envvars-encryption.html',
    ),
    rule: onCredential((_credential, { account, description }) => plainOutcome(account, description.arn)),
  },
  {
    id: 'log.no-secrets',
    practices: [4, 7],
    title: 'No logins in the logs',
    severity: 'critical',
    needs: ['account'],
    why: 'Logs are copied, searched and kept by many; a login in one of them is a password that everybody has.',
    remediation:
      'Find out which line of which log group it is, rotate every secret it belongs to, and delete the log stream.',
    reference: awsPage(
      'Protect sensitive log data with masking',
      'AmazonCloudWatch/latest/logs/mask-sensitive-log-data.html',
    ),
    rule: ({ account }) => decide(account.logs, logOutcome),
  },
];

function reuseOutcome({ reused, unread, complete }: ValueFacts, arn: string): Outcome {
  const reuse = reused.find(({ arns }) => arns.includes(arn));
  if (reuse) return fail(`The same password is in ${othersIn(reuse, arn)}.`);
  if (unread.includes(arn)) return unknown('not-reached', 'Its value was not read for the comparison.');
  if (!complete) return unknown('timeout', 'There was no time to compare all values.');
  return pass(
    unread.length > 0
      ? `No other secret has it, as far as they could be read; ${unread.length} could not.`
      : 'No other managed secret has this password.',
  );
}

function othersIn({ arns, elsewhere }: Reuse, arn: string): string {
  const others = arns.filter((one) => one !== arn).map(secretName);
  const named = others.length > 0 ? [listed(others)] : [];
  return [...named, ...(elsewhere ? [UNNAMED] : [])].join(', and ');
}

function plainOutcome(account: AccountFacts, arn: string): Outcome {
  return decide(account.values, ({ exposed, unread }) => {
    if (exposed.includes(arn))
      return fail(
        'This password stands in plain text in an environment or an output, which is not named here.',
      );
    const named = placesByName(account);
    const suspected = named.flatMap((found) => (found.known ? found.value : []));
    if (suspected.length > 0)
      return warn(`By their names these hold passwords of mail servers in plain text: ${listed(suspected)}.`);
    if (unread.includes(arn)) return unknown('not-reached', 'Its value was not read for the comparison.');
    const hidden = named.find((found) => !found.known);
    if (hidden) return unknown(hidden.reason, `Not read: ${hidden.detail}.`);
    return pass(
      'In no environment of a Lambda function or an ECS task and in no output of a stack; no String parameter is named like one.',
    );
  });
}

function placesByName(account: AccountFacts): Gathered<readonly string[]>[] {
  const { functions, plainParameters, taskVariables, stackOutputs } = account;
  const variables: Gathered<readonly string[]> = functions.known
    ? known(
        functions.value.flatMap(({ name, passwordVariables }) =>
          passwordVariables.map((variable) => `${name}.${variable}`),
        ),
      )
    : functions;
  return [variables, taskVariables, stackOutputs, plainParameters];
}

function logOutcome({ groups, leaks, complete }: LogFacts): Outcome {
  const leaking = Object.entries(leaks).map(([group, lines]) => `${group} (${lines} lines)`);
  if (leaking.length > 0) return fail(`A login or a password in clear is in ${listed(leaking)}.`);
  if (groups.length === 0)
    return unknown('not-found', 'There is no log group with the name of the stack to search.');
  if (!complete) return unknown('timeout', 'A log group was too large to be searched to its end.');
  return pass(`No login and no password in ${groups.length} log groups of Keyturn within a day.`);
}

function listed(names: readonly string[]): string {
  const rest = names.length - NAMED;
  return names.slice(0, NAMED).join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}

function secretName(arn: string): string {
  return arn
    .split(':')
    .slice(6)
    .join(':')
    .replace(/-\w{6}$/, '');
}
