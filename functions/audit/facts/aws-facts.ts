import type { IAMClient } from '@aws-sdk/client-iam';
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { covering } from '../../mail-domain/sender.ts';
import { USER_PATH } from '../../observe/names.ts';
import type { Credential } from '../../providers/secret.ts';
import type { SesProvider } from '../../providers/ses.ts';
import type { SecretDescription } from '../../secrets/secret-reader.ts';
import { type Gathered, gather, known, missing } from '../gathered.ts';
import { type AuditSettings, optInFor } from '../settings.ts';
import type { AccountFacts } from './account.ts';
import type { AwsFacts } from './aws.ts';
import { breaches } from './breaches.ts';
import type { EncryptionKey } from './encryption-key.ts';
import { secretPolicy } from './secret-policy.ts';
import type { NamedIdentity, SendingIdentity } from './ses.ts';
import { simulateSending, smtpUser } from './smtp-user.ts';

const NOT_ASKED = missing('not-reached', 'there is nothing to ask for');

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
  const [, partition, , , accountId] = secretArn.split(':');
  const ses = `arn:${partition}:ses:${region}:${accountId}`;
  return {
    userArn: `arn:${partition}:iam::${accountId}:user${USER_PATH}${userName}`,
    resourceArns: [
      `${ses}:identity/${identity}`,
      ...(configurationSet === null ? [] : [`${ses}:configuration-set/${configurationSet}`]),
    ],
  };
}
