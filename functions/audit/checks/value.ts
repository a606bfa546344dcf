import { SES_HOST } from '../../mail-domain/mail-providers.ts';
import { OWNER_TAG } from '../../observe/names.ts';
import type { Credential } from '../../providers/secret.ts';
import type { Redacted } from '../../secrets/redacted.ts';
import { awsPage } from '../../smtp/reference.ts';
import {
  type Check,
  decide,
  fail,
  type Gathered,
  info,
  known,
  notApplicable,
  type Outcome,
  pass,
  unknown,
  warn,
} from '../check.ts';
import type { AccountFacts, LogFacts, Reuse, ValueFacts } from '../subjects/account.ts';
import { onCredential } from '../subjects/credential.ts';

/** NIST SP 800-63B-4: a password that is the only factor. */
const MIN_LENGTH = 15;
/** A random password of the least length has twice as many, and as few as this hardly ever. */
const MIN_DIFFERENT = 6;
/** A secret may hold 64 KiB, and the search for repetitions takes the square of the length. */
const LOOKED_AT = 256;
/** A word that is written again and again. */
const REPEATED = /(.{3,}?)\1+/gs;
/** Less than this left after the words below are taken out is no password but a phrase from a manual. */
const MIN_REST = 8;
const PLACEHOLDER =
  /change|passw[o0]rd|secret|example|placeholder|default|sample|welcome|letmein|qwerty|admin|your|smtp|mail|test|todo|x{3,}|0?123456789?0?|12345/gi;
const ACCESS_KEY_ID = /^AKIA[A-Z0-9]{12,124}$/;
/** 33 octets in base64: the version and a SHA-256 HMAC. */
const SES_PASSWORD = /^[A-Za-z0-9+/]{44}$/;
const SECRET_ACCESS_KEY = /^[A-Za-z0-9+/]{40}$/;
const GMAIL_HOST = /^smtp\.g(oogle)?mail\.com$/i;
/** Google shows its app passwords in four groups of four letters. */
const GMAIL_APP_PASSWORD = /^[a-z]{4}( ?[a-z]{4}){3}$/;

const NAMED = 3;
const UNNAMED = `at least one secret that does not carry the same ${OWNER_TAG}, which is not named here`;

/**
 * Rules on the value of the secret, and on where else it is. Their evidence never tells the value, its length or a hash of it,
 * and names only what `reusesOf` lets it.
 */
export const valueChecks: readonly Check[] = [
  {
    id: 'secret.shape',
    practices: [2, 4],
    title: 'Format of the secret',
    severity: 'critical',
    needs: ['value'],
    why: 'A secret that cannot be parsed fails at the worst time, and a raw AWS secret access key stored as the password can do far more than send mail.',
    remediation:
      'Store host, port, username and password as described in the README. For Amazon SES store the derived SMTP password, never the secret access key itself; replace a key that was stored that way.',
    reference: awsPage('Obtaining Amazon SES SMTP credentials', 'ses/latest/dg/smtp-credentials.html'),
    rule: ({ content }) =>
      decide(content, (secret) => {
        if (secret.kind === 'malformed') return fail(`Expected ${secret.expected} at ${secret.path}.`);
        if (secret.kind === 'empty') return notApplicable('The secret has no value yet.');
        if (secret.kind === 'seed') return info('The secret is waiting for its first rotation.');
        return shapeOutcome(secret.credential);
      }),
  },
  {
    id: 'secret.strength',
    practices: [1],
    title: 'Password strength',
    severity: 'high',
    needs: ['value'],
    why: 'The password is the only factor of an SMTP login, and anybody on the internet may guess.',
    remediation:
      'Have the provider or GetRandomPassword generate a new one of at least 15 characters, and rotate.',
    reference: awsPage('GetRandomPassword', 'secretsmanager/latest/apireference/API_GetRandomPassword.html'),
    rule: onCredential(({ username, password, endpoint }) =>
      isStrong(password, [username, endpoint.host])
        ? pass('It meets the policy for a password that is the only factor.')
        : fail(
            'It does not meet the policy: at least 15 characters, no user name, no host name, no placeholder, nothing that repeats itself.',
          ),
    ),
  },
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

function shapeOutcome({ endpoint, username, password, provider }: Credential): Outcome {
  if (provider?.type === 'ses' || SES_HOST.test(endpoint.host)) return sesShape(username, password);
  if (ACCESS_KEY_ID.test(username) && SECRET_ACCESS_KEY.test(password.reveal())) return rawKey();
  if (GMAIL_HOST.test(endpoint.host) && !GMAIL_APP_PASSWORD.test(password.reveal()))
    return fail('Gmail accepts only app passwords of sixteen letters here, and this is not one.');
  return pass('All fields are present and well-formed.');
}

function sesShape(username: string, password: Redacted): Outcome {
  if (SECRET_ACCESS_KEY.test(password.reveal())) return rawKey();
  if (!ACCESS_KEY_ID.test(username)) return fail('The user name is not an access key id of an IAM user.');
  return SES_PASSWORD.test(password.reveal())
    ? pass('User name and password have the format of Amazon SES.')
    : fail('The password does not have the format of a derived Amazon SES SMTP password.');
}

function rawKey(): Outcome {
  return fail('The password has the format of a raw AWS secret access key.');
}

function isStrong(password: Redacted, names: readonly string[]): boolean {
  const value = password.reveal().toLowerCase();
  const known = names.flatMap((name) => [name, name.split('@')[0] ?? name]).map((name) => name.toLowerCase());
  if (value.length < MIN_LENGTH || known.includes(value)) return false;
  if (isPredictable(value.slice(0, LOOKED_AT))) return false;
  const rest = value.replace(PLACEHOLDER, '');
  return rest.length === value.length || rest.replace(/[^a-z0-9]/g, '').length >= MIN_REST;
}

/** Few characters, the same ones over and over, or mostly neighbours as in `abcdef` and `7777`. */
function isPredictable(value: string): boolean {
  if (new Set(value).size < MIN_DIFFERENT) return true;
  if (value.replace(REPEATED, '$1').length < MIN_LENGTH) return true;
  const steps = Array.from(value, (_, index) => value.charCodeAt(index + 1) - value.charCodeAt(index));
  return steps.filter((step) => Math.abs(step) <= 1).length > value.length / 2;
}

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
