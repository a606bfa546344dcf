import { OWNER_TAG } from '../../observe/names.ts';
import { awsPage } from '../../smtp/reference.ts';
import type { Check } from '../check.ts';
import type { AccountFacts, LogFacts, ValueFacts } from '../facts/account.ts';
import type { Reuse } from '../facts/reuse.ts';
import { decide, type Gathered, known } from '../gathered.ts';
import { fail, notApplicable, type Outcome, pass, unknown, warn } from '../outcome.ts';
import { onCredential } from '../subjects/credential.ts';

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
    why: 'Passwords from known breaches are the first ones that attackers try, at every server and with every user name.',
    remediation:
      'Rotate the secret now, and have the provider or GetRandomPassword generate the new password. The lookup is switched on by `breach-lookup` in `auditOptIn`.',
    reference: {
      title: 'Have I Been Pwned: searching by range',
      url: 'https://haveibeenpwned.com/API/v3#SearchingPwnedPasswordsByRange',
    },
    rule: onCredential((_credential, { aws: { breaches } }) => {
      if (!breaches)
        return notApplicable('Off; switched on by `breach-lookup` in `auditOptIn` for this host.');
      return decide(breaches, (times) =>
        times > 0 ? fail(`It occurs ${times} times in known breaches.`) : pass('In no known breach.'),
      );
    }),
  },
  {
    id: 'secret.reuse',
    practices: [1],
    title: 'Same password elsewhere',
    severity: 'high',
    needs: ['value', 'account'],
    why: 'Where several accounts share a password, whoever breaks into one of them has them all.',
    remediation: `Rotate this secret, so that its account has a password of its own. The other secret is named only if both carry the same \`${OWNER_TAG}\`: if one owner answers for both, whoever may set that tag can give it to both, and whoever may read both values can compare them.`,
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
    why: 'Everybody who may look at a function, a task, a stack or a parameter reads the password in it, and it stays there after a rotation.',
    remediation:
      'Have the function or the container read the secret from Secrets Manager at run time, remove the variable, output or parameter, then rotate the secret. Where the password itself was found is not said, since whoever may write there could try guesses: somebody who may read environments and outputs (ListFunctions, DescribeTaskDefinition, DescribeStacks) has to look for its value.',
    reference: awsPage(
      'Security best practices for environment variables',
      'lambda/latest/dg/configuration-envvars-encryption.html',
    ),
    rule: onCredential((_credential, { account, description }) => plainOutcome(account, description.arn)),
  },
  {
    id: 'log.no-secrets',
    practices: [4, 7],
    title: 'Logins in the logs',
    severity: 'critical',
    needs: ['account'],
    why: 'Logs are copied, searched and kept by many people; a login in one of them is a password that they all have.',
    remediation:
      'Find the line in the named log group, rotate every secret that it gives away, and delete the log stream.',
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
      ? `No other secret that could be read has this password; ${unread.length} could not be read.`
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
      return fail('This password is in plain text in an environment or an output, which is not named here.');
    const named = placesByName(account);
    const suspected = named.flatMap((found) => (found.known ? found.value : []));
    if (suspected.length > 0)
      return warn(`By their names, these hold mail server passwords in plain text: ${listed(suspected)}.`);
    if (unread.includes(arn)) return unknown('not-reached', 'Its value was not read for the comparison.');
    const hidden = named.find((found) => !found.known);
    if (hidden) return unknown(hidden.reason, `Not read: ${hidden.detail}.`);
    return pass(
      'Not in the environment of any Lambda function or ECS task, nor in the output of any stack; no String parameter is named like one.',
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
  if (leaking.length > 0) return fail(`A login or a password in plain text is in ${listed(leaking)}.`);
  if (groups.length === 0)
    return unknown('not-found', 'There is no log group with the name of the stack to search.');
  if (!complete) return unknown('timeout', 'A log group was too large to be searched to its end.');
  return pass(`No login and no password in ${groups.length} log groups of Keyturn within the last day.`);
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
