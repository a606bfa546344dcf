import type { IssuedCredential } from '../../rotation/provider.ts';
import { awsPage } from '../../smtp/reference.ts';
import type { Check } from '../check.ts';
import type { Policy } from '../facts/credential-facts.ts';
import { decide } from '../gathered.ts';
import { fail, type Outcome, pass } from '../outcome.ts';
import { onSes } from './subject.ts';

const HOUR_MS = 60 * 60 * 1000;
/** The retire function looks every hour, so a key may outlive its overlap by that much and some minutes. */
const RETIREMENT_HOURS = 2;

export const iamChecks: readonly Check[] = [
  {
    id: 'iam.smtp-user',
    practices: [14],
    title: 'Access keys of the IAM user',
    severity: 'high',
    why: 'An access key that was replaced and not taken away still sends mail in your name, and can be used without anybody noticing.',
    mend: 'If another key is active, find out who uses it; the retire function takes it away once it is unused. If the key of the secret is inactive or gone, rotate the secret.',
    reference: awsPage(
      'Manage access keys for IAM users',
      'IAM/latest/UserGuide/id_credentials_access-keys.html',
    ),
    rule: onSes((_ses, { username }, { keys, policy, examinedAt }) =>
      decide(keys, (found) => keysOutcome(found, username, policy, examinedAt)),
    ),
  },
];

function keysOutcome(
  keys: readonly IssuedCredential[],
  username: string,
  { overlapHours }: Policy,
  now: number,
): Outcome {
  const current = keys.find(({ id }) => id === username);
  if (!current) return fail('The access key of this secret does not belong to the IAM user any more.');
  if (!current.active) return fail('The access key of this secret is inactive.');
  const other = keys.find(({ id, active }) => active && id !== username);
  if (!other) return pass('One active access key, the one in the secret.');
  const age = (now - (current.createdAt ?? 0)) / HOUR_MS;
  const evidence = `A second access key is active ${Math.floor(age)} hours after the change; ${lastUse(other, now)}`;
  return age > overlapHours + RETIREMENT_HOURS
    ? fail(evidence)
    : pass(`${evidence} The overlap is not over.`);
}

function lastUse({ lastUsedAt }: IssuedCredential, now: number): string {
  if (lastUsedAt === null) return 'it was never used.';
  return `it was last used ${Math.floor((now - lastUsedAt) / HOUR_MS)} hours ago.`;
}
