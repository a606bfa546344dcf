import { createHash } from 'node:crypto';
import type { IAMClient } from '@aws-sdk/client-iam';
import { DescribeKeyCommand, GetKeyRotationStatusCommand, type KMSClient } from '@aws-sdk/client-kms';
import {
  GetResourcePolicyCommand,
  type SecretsManagerClient,
  ValidateResourcePolicyCommand,
} from '@aws-sdk/client-secrets-manager';
import { GetEmailIdentityCommand, type SESv2Client } from '@aws-sdk/client-sesv2';
import { build, parse } from '@aws-sdk/util-arn-parser';
import { covering } from '../../mail-domain/sender.ts';
import { type Answer, exchange, outcomeOf, type Send } from '../../net/http.ts';
import { send } from '../../net/send.ts';
import { USER_PATH } from '../../observe/names.ts';
import type { Credential } from '../../providers/secret.ts';
import type { SesProvider } from '../../providers/ses.ts';
import type { SecretDescription } from '../../secrets/description.ts';
import type { Redacted } from '../../secrets/redacted.ts';
import { type Gathered, gather, known, missing } from '../check.ts';
import { type AuditSettings, optInFor } from '../settings.ts';
import type { AccountFacts } from '../subjects/account.ts';
import { type AwsFacts, type EncryptionKey, NOT_ASKED } from '../subjects/credential.ts';
import { documentOf, type SecretPolicy } from '../subjects/iam.ts';
import type { NamedIdentity, SendingIdentity } from '../subjects/ses.ts';
import { simulateSending, smtpUser } from './iam.ts';

const RANGE = 'https://api.pwnedpasswords.com/range/';
const PREFIX_LENGTH = 5;
const LIMIT_MS = 5000;
/** Some hundred to a thousand lines of forty bytes. */
const MOST_BYTES = 256 * 1024;

export interface AwsSources {
  readonly secretsManager: SecretsManagerClient;
  readonly iam: IAMClient;
  readonly account: AccountFacts;
  /** Version 2's word on one identity; credentials of a batch share their senders, so it asks once for each. */
  readonly identityOf: (name: string) => Promise<SendingIdentity>;
  /** KMS's word on one key; the secrets of a batch share theirs. */
  readonly keyOf: (keyId: string) => Promise<EncryptionKey>;
  readonly settings: AuditSettings;
}

/** What the AWS API says of one credential. Every failure is a fact. */
export async function awsFacts(
  sources: AwsSources,
  description: SecretDescription,
  credential: Credential | undefined,
): Promise<AwsFacts> {
  return {
    policy: await gather(() => secretPolicy(sources.secretsManager, description.arn)),
    key: await keyFacts(sources, description),
    ...(await sesFacts(sources, description.arn, credential)),
    breaches: credential ? await breachFacts(sources, credential) : null,
  };
}

async function keyFacts({ keyOf }: AwsSources, { kmsKeyId }: SecretDescription): Promise<AwsFacts['key']> {
  return kmsKeyId === null ? NOT_ASKED : gather(() => keyOf(kmsKeyId));
}

async function breachFacts(
  { settings }: AwsSources,
  { endpoint, password }: Credential,
): Promise<AwsFacts['breaches']> {
  const agreed = optInFor(settings.optIns, endpoint.host, 'breach-lookup');
  return agreed ? gather(() => breaches(password)) : null;
}

async function sesFacts(
  { iam, account, identityOf }: AwsSources,
  secretArn: string,
  credential: Credential | undefined,
): Promise<Pick<AwsFacts, 'identity' | 'user' | 'simulated'>> {
  const { provider, from = '' } = credential ?? {};
  if (provider?.type !== 'ses') return { identity: NOT_ASKED, user: NOT_ASKED, simulated: NOT_ASKED };
  const identity = identityFor(from, provider, account);
  const user = await gather(() => smtpUser(iam, provider.userName));
  if (!identity.known) return { identity, user, simulated: identity };
  const { value } = identity;
  if (!value) return { identity: known(null), user, simulated: NOT_ASKED };
  const sender = await gather(() => identityOf(value.name));
  const set = sender.known ? sender.value.configurationSet : null;
  const sending = { ...arnsOf(secretArn, provider, value.name, set), from };
  return { identity: sender, user, simulated: await gather(() => simulateSending(iam, sending)) };
}

/** The account's facts are of one region, and so is what they say of a sender. */
function identityFor(
  from: string,
  { region }: SesProvider,
  { ses }: AccountFacts,
): Gathered<NamedIdentity | null> {
  if (region !== ses.region) return missing('other-region', `the credential is for ${region}`);
  if (!from) return missing('not-configured', 'the secret names no sender in `from`');
  return ses.identities.known ? known(covering(from, ses.identities.value)[0] ?? null) : ses.identities;
}

function arnsOf(
  secretArn: string,
  { userName, region }: SesProvider,
  identity: string,
  configurationSet: string | null,
) {
  const { partition, accountId } = parse(secretArn);
  const ses = (resource: string) => build({ partition, service: 'ses', region, accountId, resource });
  return {
    userArn: build({
      partition,
      service: 'iam',
      region: '',
      accountId,
      resource: `user${USER_PATH}${userName}`,
    }),
    resourceArns: [
      ses(`identity/${identity}`),
      ...(configurationSet === null ? [] : [ses(`configuration-set/${configurationSet}`)]),
    ],
  };
}

/** The resource policy of one secret, and what AWS itself says against it. Rejects with the client's error. */
async function secretPolicy(client: SecretsManagerClient, SecretId: string): Promise<SecretPolicy> {
  const { ResourcePolicy } = await client.send(new GetResourcePolicyCommand({ SecretId }));
  if (!ResourcePolicy) return { document: null, objections: [] };
  const { PolicyValidationPassed, ValidationErrors } = await client.send(
    new ValidateResourcePolicyCommand({ SecretId, ResourcePolicy }),
  );
  const named = (ValidationErrors ?? []).map(({ CheckName }) => CheckName ?? 'unnamed');
  return {
    document: documentOf(ResourcePolicy),
    objections: PolicyValidationPassed === false && named.length === 0 ? ['unnamed'] : named,
  };
}

/** Reads keys by id, ARN or alias; the secrets of a batch share theirs, so it asks once for each. */
export function encryptionKeys(kms: KMSClient): (keyId: string) => Promise<EncryptionKey> {
  return onceEach((keyId) => encryptionKey(kms, keyId));
}

/** A secret may name its key by an alias, which GetKeyRotationStatus does not take. */
async function encryptionKey(kms: KMSClient, keyId: string): Promise<EncryptionKey> {
  const { KeyMetadata } = await kms.send(new DescribeKeyCommand({ KeyId: keyId }));
  const { KeyRotationEnabled } = await kms.send(new GetKeyRotationStatusCommand({ KeyId: KeyMetadata?.Arn }));
  return { state: KeyMetadata?.KeyState ?? '', rotates: KeyRotationEnabled === true };
}

/** Reads identities by their names; credentials of a batch share their senders, so it asks once for each. */
export function identitiesOf(sesv2: SESv2Client): (name: string) => Promise<SendingIdentity> {
  return onceEach((name) => sendingIdentity(sesv2, name));
}

function onceEach<T>(read: (name: string) => Promise<T>): (name: string) => Promise<T> {
  const asked = new Map<string, Promise<T>>();
  return (name) => {
    const answer = asked.get(name) ?? read(name);
    asked.set(name, answer);
    return answer;
  };
}

async function sendingIdentity(sesv2: SESv2Client, name: string): Promise<SendingIdentity> {
  const identity = await sesv2.send(new GetEmailIdentityCommand({ EmailIdentity: name }));
  const { SigningAttributesOrigin, CurrentSigningKeyLength, LastKeyGenerationTimestamp } =
    identity.DkimAttributes ?? {};
  const ownKey = SigningAttributesOrigin !== 'EXTERNAL';
  return {
    name,
    configurationSet: identity.ConfigurationSetName ?? null,
    keyLength: ownKey ? (CurrentSigningKeyLength ?? null) : null,
    keyMadeAt: ownKey ? (LastKeyGenerationTimestamp?.getTime() ?? null) : null,
    verificationError: identity.VerificationInfo?.ErrorType ?? null,
  };
}

/**
 * How often a password stands in the breaches that Have I Been Pwned knows. It is told the first five of the forty digits
 * of the SHA-1, which some hundreds of known passwords share, and answers with all of them and some that are made up
 * (https://haveibeenpwned.com/API/v3#PwnedPasswords), so neither it nor who sees the length of the answer learns which.
 * Rejects when it gives no whole answer, with an error whose name says why.
 */
export async function breaches(password: Redacted, fetcher: Send = send): Promise<number> {
  const digest = createHash('sha1').update(password.reveal()).digest('hex').toUpperCase();
  const request = { headers: { 'Add-Padding': 'true' } };
  const limits = { signal: AbortSignal.timeout(LIMIT_MS), mostBytes: MOST_BYTES };
  const answer = await exchange(fetcher, RANGE + digest.slice(0, PREFIX_LENGTH), request, limits);
  if (answer.kind !== 'answered' || answer.status !== 200)
    throw Object.assign(new Error(`Have I Been Pwned answered ${outcomeOf(answer)}`), {
      name: nameOf(answer),
    });
  const suffix = digest.slice(PREFIX_LENGTH);
  const line = answer.body
    .toString()
    .split(/\r?\n/)
    .find((one) => one.startsWith(`${suffix}:`));
  return Number(line?.split(':')[1] ?? 0);
}

/** As `gather` tells failures apart. */
function nameOf(answer: Answer): string {
  if (answer.kind !== 'unanswered' && answer.status === 429) return 'TooManyRequests';
  return answer.kind !== 'answered' && answer.reason === 'too-late' ? 'TimeoutError' : 'Error';
}
