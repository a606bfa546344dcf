import { getItem, putItemIf, type Table } from './dynamodb.ts';
import { expiry, KEPT_DAYS, keys, type Operation } from './items.ts';
import { Lease } from './lease.ts';

/** Operations by their id, and the lease of the one that a secret is in the hands of. */
export class Operations {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  /** `taken`: the id is that of another request. The same request again is the operation that there is. */
  async begin(operation: Operation): Promise<Operation | 'taken'> {
    const expiresAt = expiry(operation.requestedAt, KEPT_DAYS.operation);
    const item = { ...keys.operation(operation.operationId), expiresAt, request: operation };
    if (await putItemIf(this.#table, item, 'attribute_not_exists(pk)')) return operation;
    const known = await this.find(operation.operationId);
    return known && requestIn(known) === requestIn(operation) ? known : 'taken';
  }

  async find(operationId: string): Promise<Operation | null> {
    const found = await getItem<{ readonly request: Operation }>(this.#table, keys.operation(operationId));
    return found?.request ?? null;
  }

  /** Held by the id of an operation. */
  leaseOn(secretArn: string): Lease {
    return new Lease(this.#table, keys.secretLease(secretArn));
  }
}

/** What was asked for; not when, and not through which session. */
function requestIn({ operation, secretArn, fix, endpoint, reason }: Operation): string {
  return JSON.stringify([operation, secretArn, fix, endpoint, reason]);
}
