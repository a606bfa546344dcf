import type { SESClient } from '@aws-sdk/client-ses';
import { JsonApi, type JsonApiOptions } from '../../aws/json-api.ts';
import { functionConfigurations } from '../../aws/lambda-functions.ts';
import { CLOUDFORMATION, EC2, IAM, QueryApi, type QueryApiOptions } from '../../aws/query-api.ts';
import { SesV2 } from '../../aws/sesv2.ts';
import { gather } from '../gathered.ts';
import type { SharedFacts } from './account.ts';
import { lastDrill } from './drill.ts';
import { functionFacts } from './functions.ts';
import { hands } from './hands.ts';
import { logFacts } from './logs.ts';
import { people } from './people.ts';
import { plainParameters } from './plain-parameters.ts';
import { ownAlarms } from './reputation.ts';
import { sesAccount } from './ses-account.ts';
import { stackOutputs } from './stack-outputs.ts';
import { tableExpiry, tableRecovery } from './table-recovery.ts';
import { taskVariables } from './task-definitions.ts';
import { timely, timelySesV2 } from './timely.ts';
import { readers, trailLogs } from './trail.ts';
import type { ValueComparison } from './value-comparison.ts';
import { vpcEndpoints } from './vpc-endpoints.ts';

/** Several of these take one or two calls a second, so a large account is throttled on the way. */
const TRIES = 8;
/** All of them together (ms): the plan has 15 minutes, and the secrets to compare afterwards. */
const LIMIT_MS = 5 * 60_000;

export interface AccountSources {
  readonly ses: SESClient;
  readonly region: string;
  /** Names of Keyturn's own functions, roles, log groups and alarms begin with it. */
  readonly stack: string;
  readonly table: string;
  readonly values: Pick<ValueComparison, 'addPlain'>;
  readonly now: number;
}

/** The account around the credentials. Services are asked side by side, each of them one call at a time; a failure is a fact, and so is what was not read when `late` aborts. */
export async function gatherAccount(
  { ses, region, stack, table, values, now }: AccountSources,
  env = process.env,
  late = AbortSignal.timeout(LIMIT_MS),
): Promise<Omit<SharedFacts, 'values'>> {
  const api = (options: JsonApiOptions) => timely(new JsonApi({ ...options, tries: TRIES }, env), late);
  const queryApi = (options: QueryApiOptions) => timely(new QueryApi(options, env), late);
  const sesv2 = timelySesV2(new SesV2(env), late);
  const cloudTrail = api({ service: 'cloudtrail', target: 'CloudTrail_20131101', version: '1.1' });
  const cloudWatch = api({ service: 'monitoring', target: 'GraniteServiceVersion20100801', version: '1.0' });
  const dynamoDb = api({ service: 'dynamodb', target: 'DynamoDB_20120810', version: '1.0' });
  const ecs = api({ service: 'ecs', target: 'AmazonEC2ContainerServiceV20141113', version: '1.1' });
  const logs = api({ service: 'logs', target: 'Logs_20140328', version: '1.1' });
  const mailManager = api({
    service: 'mail-manager',
    signedAs: 'ses',
    target: 'MailManagerSvc',
    version: '1.0',
  });
  const ssm = api({ service: 'ssm', target: 'AmazonSSM', version: '1.1' });
  return settled({
    ses: sesAccount({ ses, sesv2, mailManager, cloudWatch, region, now }),
    functions: gather(() => functionFacts(functionConfigurations(env), stack, values)),
    plainParameters: gather(() => plainParameters(ssm)),
    taskVariables: gather(() => taskVariables(ecs, values)),
    stackOutputs: gather(() => stackOutputs(queryApi(CLOUDFORMATION), values)),
    readers: gather(() => readers(cloudTrail, stack, now)),
    trail: gather(() => trailLogs(cloudTrail)),
    logs: gather(() => logFacts(logs, stack, now)),
    people: gather(() => people(queryApi(IAM))),
    hands: gather(() => hands(queryApi(IAM), stack, table)),
    alarms: gather(() => ownAlarms(cloudWatch, stack)),
    lastDrill: gather(() => lastDrill(cloudWatch, now)),
    vpcEndpoints: gather(() => vpcEndpoints(queryApi(EC2), region)),
    tableRecovery: gather(() => tableRecovery(dynamoDb, table)),
    tableExpiry: gather(() => tableExpiry(dynamoDb, table)),
  });
}

async function settled<Asked extends Record<string, Promise<unknown>>>(asked: Asked) {
  const facts = Object.entries(asked).map(async ([name, fact]) => [name, await fact] as const);
  return Object.fromEntries(await Promise.all(facts)) as { [Name in keyof Asked]: Awaited<Asked[Name]> };
}
