import {
  type AttributeValue,
  DynamoDBClient,
  PutItemCommand,
  QueryCommand,
  type QueryCommandOutput,
} from '@aws-sdk/client-dynamodb';
import { Faults } from './faults.ts';

type Item = Record<string, AttributeValue>;

/** One table with `pk` and `sk` in this process: PutItem, and Query by partition and prefix of the sort key. */
export class InProcessTable {
  readonly client: DynamoDBClient;
  readonly items = new Map<string, Item>();

  constructor(faults = new Faults()) {
    const send = (command: unknown) => faults.call(() => this.#dispatch(command));
    this.client = Object.assign(new DynamoDBClient({ region: 'us-east-1' }), { send });
  }

  #dispatch(command: unknown): object {
    if (command instanceof PutItemCommand) {
      const item = command.input.Item ?? {};
      this.items.set(`${item.pk?.S}|${item.sk?.S}`, item);
      return { $metadata: {} };
    }
    if (command instanceof QueryCommand) return this.#query(command.input.ExpressionAttributeValues ?? {});
    throw new Error(`not in this table: ${command?.constructor.name}`);
  }

  #query(values: Item): QueryCommandOutput {
    const prefix = `${values[':pk']?.S}|${values[':prefix']?.S}`;
    const found = [...this.items].filter(([key]) => key.startsWith(prefix));
    return { $metadata: {}, Items: found.map(([, item]) => item) };
  }
}
