import {
  DescribeContinuousBackupsCommand,
  DescribeTimeToLiveCommand,
  type DynamoDBClient,
} from '@aws-sdk/client-dynamodb';
import type { AccountReaders } from '../../aws.ts';
import { gather } from '../outcome.ts';
import type { SharedFacts } from '../subjects/account.ts';
import { lastDrill, ownAlarms } from './cloudwatch.ts';
import { hands, people } from './iam.ts';
import { logFacts, readers, trailLogs } from './logs.ts';
import { functionFacts, plainParameters, stackOutputs, taskVariables } from './plain-text.ts';
import { sesAccount } from './ses-account.ts';
import type { ValueComparison } from './value-comparison.ts';

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
