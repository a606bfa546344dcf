import { createHash } from 'node:crypto';
import { getItem, putItem, putItemIf, queryPage, type Table } from './dynamodb.ts';
import { type AuditMemoryItem, type AuditRun, expiry, KEPT_DAYS, keys, type Remembered } from './items.ts';

/** A report's trend, without its own run. */
const SHOWN = 29;

/** The runs of the audit by their start. */
export class AuditRuns {
  readonly #table: Table;
  readonly #retentionDays: number;

  constructor(table: Table, retentionDays: number) {
    this.#table = table;
    this.#retentionDays = retentionDays;
  }

  /** The runs that started before this one, oldest first; the last 29. */
  async before(run: Pick<AuditRun, 'startedAt' | 'runId'>): Promise<Omit<AuditRun, 'startedAt'>[]> {
    const { pk, sk } = keys.auditRun(run);
    const values = { ':pk': pk, ':sk': sk };
    const page = { ScanIndexForward: false, Limit: SHOWN };
    const runs = await queryPage<AuditRun>(this.#table, 'pk = :pk AND sk < :sk', values, page);
    return runs.map(({ runId, finishedAt, score }) => ({ runId, finishedAt, score })).reverse();
  }

  /** The same run again replaces its item. */
  async record({ runId, startedAt, finishedAt, score }: AuditRun): Promise<void> {
    const run = { runId, startedAt, finishedAt, score };
    const expiresAt = expiry(Date.parse(finishedAt), this.#retentionDays);
    await putItem(this.#table, { ...keys.auditRun(run), ...run, expiresAt });
  }
}

/** What the last run saw of a credential; forgotten when none examined it for as long as reports are kept. */
export class AuditMemory {
  readonly #table: Table;
  readonly #retentionDays: number;

  constructor(table: Table, retentionDays: number) {
    this.#table = table;
    this.#retentionDays = retentionDays;
  }

  /** What the runs before this one left; null when there was none. */
  async before(runId: string, secretArn: string): Promise<Remembered | null> {
    const item = await getItem<AuditMemoryItem>(this.#table, keys.auditMemory(secretArn));
    return item && (item.runId === runId ? item.before : item.seen);
  }

  /** `before` as it was read in this run. */
  async write(
    runId: string,
    secretArn: string,
    { seen, before }: Pick<AuditMemoryItem, 'seen' | 'before'>,
  ): Promise<void> {
    const expiresAt = expiry(seen.examinedAt, this.#retentionDays);
    await putItem(this.#table, { ...keys.auditMemory(secretArn), runId, seen, before, expiresAt });
  }
}

/** Who is written to in a run: claimed before the mail goes out, so that a state that is tried again sends none twice. */
export class DigestClaims {
  readonly #table: Table;
  readonly #runId: string;

  constructor(table: Table, runId: string) {
    this.#table = table;
    this.#runId = runId;
  }

  /** True for who asks first. Of the address only a hash is kept. `now` in milliseconds since 1970. */
  async claim(owner: string, now: number): Promise<boolean> {
    const key = keys.auditDigest(this.#runId, createHash('sha256').update(owner).digest('hex'));
    const item = { ...key, expiresAt: expiry(now, KEPT_DAYS.auditDigest) };
    return putItemIf(this.#table, item, 'attribute_not_exists(pk)');
  }
}
