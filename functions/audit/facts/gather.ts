import {
  DescribeContinuousBackupsCommand,
  DescribeTimeToLiveCommand,
  type DynamoDBClient,
} from '@aws-sdk/client-dynamodb';
import type { AccountReaders } from '../../aws.ts';
import type { Domains } from '../../mail-domain/domains.ts';
import { type Provider, parseSecret } from '../../providers/secret.ts';
import { accessKeys } from '../../providers/ses-keys.ts';
import type { SecretDescription } from '../../secrets/description.ts';
import type { SecretReader } from '../../secrets/store.ts';
import type { Remembered } from '../../table/items.ts';
import type { Validations } from '../../table/validations.ts';
import { gather, known } from '../check.ts';
import type { SharedFacts } from '../subjects/account.ts';
import { type CredentialFacts, endpointOf, NOT_ASKED, type SecretContent } from '../subjects/credential.ts';
import { type AwsSources, awsFacts } from './aws-facts.ts';
import { hands, people } from './iam.ts';
import { type HostSources, meetHost, NOBODY_THERE } from './mail-host.ts';
import { lastDrill, logFacts, ownAlarms, readers, trailLogs } from './monitoring.ts';
import { functionFacts, plainParameters, stackOutputs, taskVariables } from './plain-text.ts';
import { sesAccount } from './ses-account.ts';
import type { ValueComparison } from './value-comparison.ts';

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
  const read = await gather(() => readCurrent(store, description.arn));
  const content = read.known ? known(read.value.content) : read;
  const storedAt = read.known ? read.value.storedAt : null;
  const secret = content.known ? content.value : undefined;
  const credential = secret?.kind === 'credential' ? secret.credential : undefined;
  const endpoint = endpointOf(secret);
  const keys = await keysOf(iam, credential?.provider);
  return {
    examinedAt: now(),
    settings,
    account,
    description,
    content,
    ...(endpoint
      ? await meetHost({ ...sources, keys, storedAt }, description, endpoint, credential)
      : NOBODY_THERE),
    keys,
    aws: await awsFacts(sources, description, credential),
    domain: credential ? await sources.domains.facts(credential, account.ses) : NOT_ASKED,
    history,
  };
}

/** `storedAt`: in milliseconds since 1970. */
interface Current {
  readonly content: SecretContent;
  readonly storedAt: number | null;
}

async function readCurrent(store: Pick<SecretReader, 'read'>, arn: string): Promise<Current> {
  const value = await store.read(arn, { stage: 'AWSCURRENT' });
  if (value.kind === 'absent') return { content: { kind: 'empty' }, storedAt: null };
  return { content: parseSecret(value.text.reveal()), storedAt: value.createdAt };
}

async function keysOf(iam: Sources['iam'], provider: Provider | undefined): Promise<CredentialFacts['keys']> {
  return provider?.type === 'ses' ? gather(() => accessKeys(iam, provider.userName)) : NOT_ASKED;
}

export interface AccountSources {
  readonly clients: AccountReaders;
  readonly region: string;
  /** Names of Keyturn's own functions, roles, log groups and alarms begin with it. */
  readonly stack: string;
  readonly table: string;
  readonly values: Pick<ValueComparison, 'addPlain'>;
  readonly now: number;
}

/**
 * The account around the credentials. Services are asked side by side, each of them one call at a time; a failure is a fact, and
 * so is what was not read in time.
 */
export async function gatherAccount({
  clients,
  region,
  stack,
  table,
  values,
  now,
}: AccountSources): Promise<Omit<SharedFacts, 'values'>> {
  const { cloudFormation, cloudTrail, cloudWatch, dynamodb, ecs, iam, lambda, logs, ssm } = clients;
  return settled({
    ses: sesAccount({ ...clients, region, now }),
    functions: gather(() => functionFacts(lambda, stack, values)),
    plainParameters: gather(() => plainParameters(ssm)),
    taskVariables: gather(() => taskVariables(ecs, values)),
    stackOutputs: gather(() => stackOutputs(cloudFormation, values)),
    readers: gather(() => readers(cloudTrail, stack, now)),
    trail: gather(() => trailLogs(cloudTrail)),
    logs: gather(() => logFacts(logs, stack, now)),
    people: gather(() => people(iam)),
    hands: gather(() => hands(iam, stack, table)),
    alarms: gather(() => ownAlarms(cloudWatch, stack)),
    lastDrill: gather(() => lastDrill(cloudWatch, now)),
    tableRecovery: gather(() => tableRecovery(dynamodb, table)),
    tableExpiry: gather(() => tableExpiry(dynamodb, table)),
  });
}

async function settled<Asked extends Record<string, Promise<unknown>>>(asked: Asked) {
  const facts = Object.entries(asked).map(async ([name, fact]) => [name, await fact] as const);
  return Object.fromEntries(await Promise.all(facts)) as { [Name in keyof Asked]: Awaited<Asked[Name]> };
}

/** Whether the table can be put back to any second of the last days. */
async function tableRecovery(client: DynamoDBClient, TableName: string): Promise<boolean> {
  const { ContinuousBackupsDescription } = await client.send(
    new DescribeContinuousBackupsCommand({ TableName }),
  );
  const recovery = ContinuousBackupsDescription?.PointInTimeRecoveryDescription;
  return recovery?.PointInTimeRecoveryStatus === 'ENABLED';
}

/** Whether DynamoDB deletes what says that its time is over. */
async function tableExpiry(client: DynamoDBClient, TableName: string): Promise<boolean> {
  const { TimeToLiveDescription } = await client.send(new DescribeTimeToLiveCommand({ TableName }));
  return TimeToLiveDescription?.TimeToLiveStatus === 'ENABLED';
}
