import { build, parse } from '@aws-sdk/util-arn-parser';
import { USER_PATH } from '../../observe/names.ts';
import type { Replica, SecretDescription } from '../../secrets/description.ts';
import { awsPage } from '../../smtp/reference.ts';
import {
  type Check,
  decide,
  fail,
  info,
  notApplicable,
  type Outcome,
  pass,
  unknown,
  warn,
} from '../check.ts';
import {
  type FunctionFacts,
  type HandsFacts,
  type Principal,
  type Readers,
  UNUSED_DAYS,
} from '../subjects/account.ts';

import type { CredentialFacts, SecretContent } from '../subjects/credential.ts';
import {
  isForEverybody,
  mayDo,
  namesEverybody,
  POWERS,
  type Power,
  refusesPlainHttp,
  type SecretPolicy,
} from '../subjects/iam.ts';
import { isAwsManaged } from './secret.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
/** So many principals are named for each power; the list in the account is IAM's. */
const MOST_NAMES = 5;
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
    why: 'A credential that no application reads sends no mail, yet still opens the door to whoever finds it.',
    remediation:
      'Ask its owner; if nobody needs it, revoke the credential at the provider and schedule the secret for deletion.',
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
    why: 'A resource policy can hand the password to other accounts, or to everybody, whatever the IAM policies of this account say.',
    remediation:
      'Name the roles that may read the secret, deny requests with aws:SecureTransport false, and put the policy with BlockPublicPolicy; or delete it with DeleteResourcePolicy.',
    reference: awsPage(
      'Resource-based policies',
      'secretsmanager/latest/userguide/auth-and-access_resource-policies.html',
    ),
    rule: ({ aws }) => decide(aws.policy, policyOutcome),
  },
  {
    id: 'secret.hands',
    practices: [14],
    title: 'Who may write, tag or invoke',
    severity: 'high',
    needs: ['secret', 'value', 'account'],
    why: 'Whoever may write the value of a secret decides with which password its applications log in. Whoever may change its tags, invoke the functions or write to the table gets past the fences around every other credential (docs/threat-model.md).',
    remediation:
      'Leave writing to the rotation and to whoever answers for the secret. Reserve the tags that begin with keyturn: with the service control policy docs/reserve-keyturn-tags.json, and remove the other permissions. Conditions, permissions boundaries and service control policies are not seen here: accept the finding if one of them forbids it.',
    reference: awsPage(
      'Authorization details of an account',
      'IAM/latest/APIReference/API_GetAccountAuthorizationDetails.html',
    ),
    rule: handsRule,
  },
  {
    id: 'secret.replica',
    practices: [15],
    title: 'Copy in another region',
    severity: 'low',
    needs: ['secret'],
    why: 'When the region is down, applications that have failed over to another one still need the password to send mail.',
    remediation:
      'Replicate the secret with ReplicateSecretToRegions to the region that you fail over to, with a customer-managed key there.',
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
  if (readers.length > 0) return pass(`CloudTrail shows readers other than Keyturn: ${readers.join(', ')}.`);
  const age = (examinedAt - (createdAt ?? 0)) / DAY_MS;
  if (age < UNUSED_DAYS) return notApplicable(`It has existed for only ${Math.floor(age)} days.`);
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
  return [...new Set(readers)].map(shownName);
}

function shownName(principal: string): string {
  return principal.includes('@') ? 'an IAM user' : principal;
}

function lastReadText(lastReadAt: number | null | undefined, now: number): string {
  if (typeof lastReadAt !== 'number') return 'Before this audit nobody had ever read it.';
  return `Before this audit nobody had read it for ${Math.floor((now - lastReadAt) / DAY_MS)} days.`;
}

function unreadSince(since: number, now: number): Outcome {
  const days = Math.floor((now - since) / DAY_MS);
  if (days >= UNUSED_DAYS - 1) return warn(`CloudTrail shows no reader but Keyturn in ${days} days.`);
  return unknown(
    'own-reads',
    `LastAccessedDate is that of Keyturn's own reads, and CloudTrail was read for ${days} days back, too few to tell.`,
  );
}

function policyOutcome({ document, objections }: SecretPolicy): Outcome {
  if (!document) return pass('No resource policy: only IAM policies of this account give access.');
  const { Statement } = document;
  if (Statement.some(isForEverybody)) return fail('A statement allows everybody, in any AWS account.');
  if (objections.length > 0) return fail(`Secrets Manager objects to it: ${objections.join(', ')}.`);
  if (Statement.some(namesEverybody))
    return warn('A statement names no principal and rests on its condition alone.');
  if (!Statement.some(refusesPlainHttp))
    return warn('No statement denies requests with aws:SecureTransport false.');
  return pass('It names its principals, and refuses plain HTTP.');
}

function handsRule(facts: CredentialFacts): Outcome {
  const { description, content, account } = facts;
  return decide(account.hands, (hands) =>
    decide(account.functions, (functions) =>
      decide(content, (secret) =>
        handsOutcome(hands, targetsOf(description.arn, hands.table, functions, secret)),
      ),
    ),
  );
}

type Targets = Readonly<Record<Power, readonly string[]>>;

/** The ARNs that each power is used on. */
function targetsOf(
  secretArn: string,
  table: string,
  functions: readonly FunctionFacts[],
  content: SecretContent,
): Targets {
  const { partition, region, accountId } = parse(secretArn);
  const here = (service: string, resource: string) =>
    build({ partition, service, region, accountId, resource });
  const arnOf = (user: string) =>
    build({ partition, service: 'iam', region: '', accountId, resource: `user${USER_PATH}${user}` });
  const user = iamUserIn(content);
  return {
    'write its value': [secretArn],
    'change its tags or its policy': [secretArn],
    'change the tags of its IAM user': user === null ? [] : [arnOf(user)],
    "invoke or change Keyturn's functions": functions
      .filter(({ own }) => own)
      .map(({ name }) => here('lambda', `function:${name}`)),
    "write to Keyturn's table": [here('dynamodb', `table/${table}`)],
  };
}

function iamUserIn(content: SecretContent): string | null {
  if (content.kind === 'malformed' || content.kind === 'empty') return null;
  const provider = content.kind === 'credential' ? content.credential.provider : content.provider;
  return provider?.type === 'ses' ? provider.userName : null;
}

function handsOutcome(hands: HandsFacts, targets: Targets): Outcome {
  const powers = Object.keys(POWERS) as Power[];
  const found = powers
    .map((power) => ({ power, who: hands.principals.filter((one) => has(one, power, targets[power])) }))
    .filter(({ who }) => who.length > 0);
  const administrators = `${hands.administrators} administrators may do everything.`;
  if (found.length === 0) return pass(`By the IAM policies nobody else may. ${administrators}`);
  const evidence = `${found.map(({ power, who }) => `${namesOf(who)} may ${power}`).join('; ')}. ${administrators}`;
  const onlyWriting = found.every(({ power }) => power === 'write its value');
  return onlyWriting ? info(evidence) : warn(evidence);
}

function has({ statements }: Principal, power: Power, resources: readonly string[]): boolean {
  return resources.some((resource) => POWERS[power].some((action) => mayDo(statements, action, resource)));
}

function namesOf(principals: readonly Principal[]): string {
  const names = principals.map(({ name }) => shownName(name));
  const more = names.length - MOST_NAMES;
  return [...names.slice(0, MOST_NAMES), ...(more > 0 ? [`${more} more`] : [])].join(', ');
}

function replicaOutcome({ replicas, kmsKeyId }: SecretDescription): Outcome {
  if (replicas.length === 0) return warn('It is kept in one region only.');
  const failed = replicas.filter(({ status }) => status === 'Failed');
  if (failed.length > 0) return fail(`The copy in ${regionsOf(failed)} failed.`);
  const weaker = replicas.filter((replica) => isAwsManaged(replica.kmsKeyId));
  if (!isAwsManaged(kmsKeyId) && weaker.length > 0)
    return warn(
      `The copy in ${regionsOf(weaker)} has the AWS managed key, the original a customer-managed one.`,
    );
  if (replicas.some(({ status }) => status !== 'InSync'))
    return info(`The copy in ${regionsOf(replicas)} is being made.`);
  return pass(`In sync in ${regionsOf(replicas)}.`);
}

function regionsOf(replicas: readonly Replica[]): string {
  return replicas.map(({ region }) => region).join(', ');
}
