import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { GetCommand, PutCommand, type PutCommandInput } from '@aws-sdk/lib-dynamodb';
import type { Table } from '../../../functions/table/dynamodb.ts';

type Item = Readonly<Record<string, unknown>>;

/**
 * Conditional writes of one table, decided at the very moment `io` lets the call through: what dynalite does (see
 * tallies.test.ts), but in an order that a test chooses.
 */
export class ScheduledTable {
  readonly #items = new Map<string, Item>();

  reachedBy(io: <T>(effect: () => T) => Promise<T>): Table {
    const send = (command: unknown) => io(() => this.#dispatch(command));
    return { name: 'table', client: { send } as unknown as Table['client'] };
  }

  #dispatch(command: unknown): object {
    if (command instanceof GetCommand) return this.#get(command.input.Key);
    if (command instanceof PutCommand) return this.#put(command.input);
    throw new Error(`not in this table: ${(command as object).constructor.name}`);
  }

  #get(key: Item | undefined): object {
    const Item = this.#items.get(nameOf(key));
    return Item ? { Item } : {};
  }

  #put({ Item = {}, ConditionExpression, ExpressionAttributeValues }: PutCommandInput): object {
    const there = this.#items.get(nameOf(Item));
    const holds = conditionOf(ConditionExpression)(there, ExpressionAttributeValues?.[':read']);
    if (!holds) throw new ConditionalCheckFailedException({ message: 'failed', $metadata: {} });
    this.#items.set(nameOf(Item), Item);
    return {};
  }
}

type Condition = (there: Item | undefined, read: unknown) => boolean;

function conditionOf(expression: string | undefined): Condition {
  if (expression === 'attribute_not_exists(pk)') return (there) => there === undefined;
  if (expression === 'revision = :read') return (there, read) => there?.revision === read;
  return () => true;
}

function nameOf(key: Item | undefined): string {
  return `${key?.pk}|${key?.sk}`;
}
