import type {
  GetItemCommandInput,
  GetItemCommandOutput,
  PutItemCommandInput,
  PutItemCommandOutput,
  QueryCommandInput,
  QueryCommandOutput,
  UpdateItemCommandInput,
  UpdateItemCommandOutput,
} from '@aws-sdk/client-dynamodb';
import { JsonApi } from './json-api.ts';
import { pageTurns } from './pages.ts';

const API = { service: 'dynamodb', target: 'DynamoDB_20120810', version: '1.0' } as const;

abstract class Command<Input extends object, Output> {
  abstract readonly operation: string;
  readonly input: Input;
  declare readonly output: Output;

  constructor(input: Input) {
    this.input = input;
  }
}

export class GetItemCommand extends Command<GetItemCommandInput, GetItemCommandOutput> {
  readonly operation = 'GetItem';
}

export class PutItemCommand extends Command<PutItemCommandInput, PutItemCommandOutput> {
  readonly operation = 'PutItem';
}

export class QueryCommand extends Command<QueryCommandInput, QueryCommandOutput> {
  readonly operation = 'Query';
}

export class UpdateItemCommand extends Command<UpdateItemCommandInput, UpdateItemCommandOutput> {
  readonly operation = 'UpdateItem';
}

/** The calls that Keyturn makes to DynamoDB, named and typed as in the SDK; no binary values. */
export class DynamoDBClient {
  readonly #api: JsonApi;

  constructor(env = process.env) {
    this.#api = new JsonApi(API, env);
  }

  async send<Output>(command: Command<object, Output>): Promise<Output> {
    return (await this.#api.call(command.operation, command.input)) as Output;
  }
}

/** Page by page, until DynamoDB names no key to go on from. Rejects when that would have no end. */
export async function* paginateQuery(
  { client }: { readonly client: Pick<DynamoDBClient, 'send'> },
  input: QueryCommandInput,
): AsyncGenerator<QueryCommandOutput> {
  const goOn = pageTurns();
  let from: QueryCommandInput['ExclusiveStartKey'];
  do {
    const page = await client.send(new QueryCommand({ ...input, ...(from && { ExclusiveStartKey: from }) }));
    yield page;
    from = page.LastEvaluatedKey;
    goOn(from && JSON.stringify(from));
  } while (from);
}

/** Somebody else wrote in between. */
export function isConditionalCheckFailed(error: unknown): boolean {
  return error instanceof Error && error.name === 'ConditionalCheckFailedException';
}

/** Puts an item on a condition. False, and nothing is put, when it does not hold. */
export async function putIf(
  client: Pick<DynamoDBClient, 'send'>,
  input: PutItemCommandInput & { readonly ConditionExpression: string },
): Promise<boolean> {
  try {
    await client.send(new PutItemCommand(input));
    return true;
  } catch (error) {
    if (isConditionalCheckFailed(error)) return false;
    throw error;
  }
}
