import {
  type AttributeValue,
  ConditionalCheckFailedException,
  type GetItemCommandOutput,
  type PutItemCommandInput,
  type PutItemCommandOutput,
} from '@aws-sdk/client-dynamodb';
import { DynamoDBClient, GetItemCommand, PutItemCommand } from '../../../functions/aws/dynamodb.ts';

type Item = Record<string, AttributeValue>;

/**
 * Conditional writes of one table, decided at the very moment `io` lets the call through: what dynalite does (see
 * budget-table.test.ts), but in an order that a test chooses.
 */
export class ScheduledTable {
  readonly #items = new Map<string, Item>();

  clientFor(io: <T>(effect: () => T) => Promise<T>): DynamoDBClient {
    const send = (command: unknown) => io(() => this.#dispatch(command));
    return Object.assign(new DynamoDBClient(), { send });
  }

  #dispatch(command: unknown): object {
    if (command instanceof GetItemCommand) return this.#get(command.input.Key);
    if (command instanceof PutItemCommand) return this.#put(command.input);
    throw new Error(`not in this table: ${command?.constructor.name}`);
  }

  #get(key: Item | undefined): GetItemCommandOutput {
    const Item = this.#items.get(nameOf(key));
    return { $metadata: {}, ...(Item && { Item }) };
  }

  #put({
    Item = {},
    ConditionExpression,
    ExpressionAttributeValues,
  }: PutItemCommandInput): PutItemCommandOutput {
    const there = this.#items.get(nameOf(Item));
    const read = ExpressionAttributeValues?.[':read']?.S;
    const holds = conditionOf(ConditionExpression)(there, read);
    if (!holds) throw new ConditionalCheckFailedException({ message: 'failed', $metadata: {} });
    this.#items.set(nameOf(Item), Item);
    return { $metadata: {} };
  }
}

type Condition = (there: Item | undefined, read: string | undefined) => boolean;

function conditionOf(expression: string | undefined): Condition {
  if (expression === 'attribute_not_exists(pk)') return (there) => there === undefined;
  if (expression === 'revision = :read') return (there, read) => there?.revision?.S === read;
  return () => true;
}

function nameOf(key: Item | undefined): string {
  return `${key?.pk?.S}|${key?.sk?.S}`;
}
