import type { Domains } from '../../mail-domain/domains.ts';
import { type Provider, parseSecret } from '../../providers/secret.ts';
import { accessKeys } from '../../providers/ses-keys.ts';
import type { SecretDescription } from '../../secrets/description.ts';
import type { SecretReader } from '../../secrets/store.ts';
import type { Remembered } from '../../table/items.ts';
import type { Validations } from '../../table/validations.ts';
import { gather, missing } from '../outcome.ts';
import { type CredentialFacts, endpointOf, type SecretContent } from '../subjects/credential.ts';
import { type AwsSources, awsFacts } from './aws-facts.ts';
import { type HostSources, meetHost, NOBODY_THERE } from './mail-host.ts';

const NOT_ASKED = missing('not-reached', 'there is nothing to ask for');

/** What the runs before this one left behind about a credential, and what this one leaves. */
export interface Memory {
  before(secretArn: string): Promise<Remembered | null>;
  write(
    secretArn: string,
    memory: { readonly seen: Remembered; readonly before: Remembered | null },
  ): Promise<void>;
}

/** Where the facts of one credential come from; `remainingMs` is the time left for all of them. */
export interface Sources extends AwsSources, HostSources {
  readonly memory: Memory;
  readonly domains: Pick<Domains, 'facts'>;
  readonly record: Validations['record'];
}

/** Reads the secret, logs in once, probes the server, asks AWS and then the DNS. A failure is a fact. */
export async function gatherFacts(
  sources: Sources,
  description: SecretDescription,
  history: Remembered | null,
): Promise<CredentialFacts> {
  const { store, iam, account, settings, now } = sources;
  const content = await gather(() => readContent(store, description.arn));
  const secret = content.known ? content.value : undefined;
  const credential = secret?.kind === 'credential' ? secret.credential : undefined;
  const endpoint = endpointOf(secret);
  return {
    examinedAt: now(),
    settings,
    account,
    description,
    content,
    ...(endpoint ? await meetHost(sources, description, endpoint, credential) : NOBODY_THERE),
    keys: await keysOf(iam, credential?.provider),
    aws: await awsFacts(sources, description, credential),
    domain: credential ? await sources.domains.facts(credential, account.ses) : NOT_ASKED,
    history,
  };
}

async function readContent(store: Pick<SecretReader, 'read'>, arn: string): Promise<SecretContent> {
  const value = await store.read(arn, { stage: 'AWSCURRENT' });
  return value.kind === 'absent' ? { kind: 'empty' } : parseSecret(value.text.reveal());
}

async function keysOf(iam: Sources['iam'], provider: Provider | undefined): Promise<CredentialFacts['keys']> {
  return provider?.type === 'ses' ? gather(() => accessKeys(iam, provider.userName)) : NOT_ASKED;
}
