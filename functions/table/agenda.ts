import { getItem, putItem, putItemIf, queryPage, type Table } from './dynamodb.ts';
import { type AgendaItem, DUE_INDEX, expiry, KEPT_DAYS, keys } from './items.ts';

/** Which credential is to be looked at when: for retirement, and for a rotation that stands still or does not come. */
export class Agenda {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  async find(secretArn: string): Promise<AgendaItem | null> {
    const item = await getItem<Partial<AgendaItem>>(this.#table, keys.agenda(secretArn));
    return item && { versionId: null, dueAt: null, look: null, ...item };
  }

  /** Whatever stood there: a look that is under way does not overwrite it (`settle`). */
  put(secretArn: string, item: Omit<AgendaItem, 'look'>, now: number): Promise<void> {
    return putItem(this.#table, written(secretArn, { ...item, look: null }, now));
  }

  /**
   * Begins a look: false when the credential is not due, or another look has it. A look that never ends leaves it due at
   * `dueAt`.
   */
  begin(secretArn: string, look: string, dueAt: number, now: number): Promise<boolean> {
    const item = written(secretArn, { versionId: null, dueAt, look }, now);
    return putItemIf(this.#table, item, 'dueAt <= :now', { ':now': now });
  }

  /** Ends a look. Without effect when somebody else has written since it began: who did knows more. */
  async settle(secretArn: string, look: string, item: Omit<AgendaItem, 'look'>, now: number): Promise<void> {
    const settled = written(secretArn, { ...item, look: null }, now);
    await putItemIf(this.#table, settled, 'look = :look', { ':look': look });
  }

  /** ARNs of up to `limit` secrets that are due, the longest due first; perhaps as it was a moment ago. */
  async due(limit: number, now: number): Promise<string[]> {
    const values = { ':due': DUE_INDEX.value, ':now': now };
    const found = await queryPage<{ readonly secretArn: string }>(
      this.#table,
      'due = :due AND dueAt <= :now',
      values,
      { IndexName: DUE_INDEX.name, Limit: limit },
    );
    return found.map(({ secretArn }) => secretArn);
  }
}

/** Without `due` it is not in the index: what is settled costs nobody a read. */
function written(secretArn: string, item: AgendaItem, now: number) {
  const { dueAt, ...others } = item;
  const due = dueAt === null ? {} : { [DUE_INDEX.partition]: DUE_INDEX.value, dueAt };
  return {
    ...keys.agenda(secretArn),
    ...others,
    ...due,
    secretArn,
    expiresAt: expiry(now, KEPT_DAYS.agenda),
  };
}
