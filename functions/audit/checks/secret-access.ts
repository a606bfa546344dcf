import type { Replica, SecretDescription } from '../../credential/secret-reader.ts';
import { awsPage } from '../../smtp/reference.ts';
import type { Check } from '../check.ts';
import type { Readers } from '../facts/account.ts';
import type { SecretPolicy } from '../facts/aws.ts';
import type { CredentialFacts } from '../facts/credential-facts.ts';
import { UNUSED_DAYS } from '../facts/stale-secrets.ts';
import { decide } from '../gathered.ts';
import { fail, info, notApplicable, type Outcome, pass, unknown, warn } from '../outcome.ts';
import { isForEverybody, namesEverybody, refusesPlainHttp } from '../policy-document.ts';
import { isAwsManaged } from './secret.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
/** The 7 characters that Secrets Manager puts after the name in an ARN. */
const SUFFIX = /-\w{6}$/;

/** Who reads the secret, who may, and where it is kept besides. */
export const secretAccessChecks: readonly Check[] = [
  {
    id: 'secret.unused',
    practices: [14],
    title: 'Use of the secret',
    severity: 'low',
    needs: ['secret', 'account'],
    why: 'A credential that no application reads sends no mail and still opens the door to whoever finds it.',
    mend: 'Ask its owner; if nobody needs it, take the credential away at the provider and schedule the secret for deletion.',
    reference: awsPage(
      'Security Hub: SecretsManager.3',
      'securityhub/latest/userguide/secretsmanager-controls.html',
    ),
    rule: useOutcome,
  },
  {
    id: 'secret.policy',
    practices: [14],
    title: 'Resource policy',
    severity: 'high',
    needs: ['secret'],
    why: 'A resource policy can hand the password to other accounts, or to everybody, whatever the policies of this account say.',
    mend: 'Name the roles that may read the secret, deny requests with aws:SecureTransport false, and put the policy with BlockPublicPolicy; or delete it with DeleteResourcePolicy.',
    reference: awsPage(
      'Resource-based policies',
      'secretsmanager/latest/userguide/auth-and-access_resource-policies.html',
    ),
    rule: ({ aws }) => decide(aws.policy, policyOutcome),
  },
  {
    id: 'secret.replica',
    practices: [15],
    title: 'Copy in another region',
    severity: 'low',
    needs: ['secret'],
    why: 'When the region is down, applications that moved to another one still need the password to send mail.',
    mend: 'Replicate the secret with ReplicateSecretToRegions to the region that you fail over to, with a customer-managed key there.',
    reference: awsPage(
      'Replicate secrets across Regions',
      'secretsmanager/latest/userguide/replicate-secrets.html',
    ),
    rule: ({ description }) => replicaOutcome(description),
  },
];

function useOutcome({ description, account, examinedAt }: CredentialFacts): Outcome {
  const { arn, createdAt } = description;
  const readers = account.readers.known ? readersOf(description, account.readers.value) : [];
  if (readers.length > 0) return pass(`CloudTrail knows other readers than Keyturn: ${readers.join(', ')}.`);
  const age = (examinedAt - (createdAt ?? 0)) / DAY_MS;
  if (age < UNUSED_DAYS) return notApplicable(`It exists for ${Math.floor(age)} days only.`);
  return decide(account.unread, (unread) =>
    Object.hasOwn(unread, arn)
      ? warn(lastReadText(unread[arn], examinedAt))
      : decide(account.readers, ({ since }) => unreadSince(since, examinedAt)),
  );
}

/** A principal may be named after a person's address, which stays out of the report. */
function readersOf({ arn, name }: SecretDescription, { bySecret }: Readers): string[] {
  const called = [arn, name, arn.replace(SUFFIX, '')];
  const readers = called.flatMap((one) => (Object.hasOwn(bySecret, one) ? (bySecret[one] ?? []) : []));
  return [...new Set(readers)].map((reader) => (reader.includes('@') ? 'an IAM user' : reader));
}

function lastReadText(lastReadAt: number | null | undefined, now: number): string {
  if (typeof lastReadAt !== 'number') return 'Before this audit nobody ever read it.';
  return `Before this audit nobody had read it for ${Math.floor((now - lastReadAt) / DAY_MS)} days.`;
}

function unreadSince(since: number, now: number): Outcome {
  const days = Math.floor((now - since) / DAY_MS);
  if (days >= UNUSED_DAYS - 1) return warn(`CloudTrail knows no reader but Keyturn in ${days} days.`);
  return unknown(
    'own-reads',
    `LastAccessedDate is of Keyturn's own reads, and CloudTrail was read back for ${days} days, too few to tell.`,
  );
}

function policyOutcome({ document, objections }: SecretPolicy): Outcome {
  if (!document) return pass('No resource policy: only IAM policies of this account open it.');
  const { Statement } = document;
  if (Statement.some(isForEverybody)) return fail('A statement allows everybody, in any AWS account.');
  if (objections.length > 0) return fail(`Secrets Manager objects to it: ${objections.join(', ')}.`);
  if (Statement.some(namesEverybody))
    return warn('A statement names nobody and rests on its condition alone.');
  if (!Statement.some(refusesPlainHttp))
    return warn('No statement denies requests with aws:SecureTransport false.');
  return pass('It names whom it serves, and refuses plain HTTP.');
}

function replicaOutcome({ replicas, kmsKeyId }: SecretDescription): Outcome {
  if (replicas.length === 0) return warn('It is kept in one region only.');
  const failed = replicas.filter(({ status }) => status === 'Failed');
  if (failed.length > 0) return fail(`The copy in ${regionsOf(failed)} failed.`);
  const weaker = replicas.filter((replica) => isAwsManaged(replica.kmsKeyId));
  if (!isAwsManaged(kmsKeyId) && weaker.length > 0)
    return warn(`The copy in ${regionsOf(weaker)} has the AWS managed key, the original its own.`);
  if (replicas.some(({ status }) => status !== 'InSync'))
    return info(`The copy in ${regionsOf(replicas)} is being made.`);
  return pass(`In sync in ${regionsOf(replicas)}.`);
}

function regionsOf(replicas: readonly Replica[]): string {
  return replicas.map(({ region }) => region).join(', ');
}
