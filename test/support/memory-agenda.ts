import type { Agenda } from '../../functions/table/agenda.ts';
import type { AgendaItem } from '../../functions/table/items.ts';
import { Faults } from './aws/faults.ts';

/** The agenda in memory: `test/functions/table/agenda.test.ts` holds it to what the real one does. */
export class MemoryAgenda implements Pick<Agenda, 'find' | 'put' | 'due' | 'begin' | 'settle'> {
  readonly #faults: Faults;
  readonly #items = new Map<string, AgendaItem>();

  constructor(faults = new Faults()) {
    this.#faults = faults;
  }

  find(secretArn: string): Promise<AgendaItem | null> {
    return this.#faults.call(() => this.#items.get(secretArn) ?? null);
  }

  put(secretArn: string, item: Omit<AgendaItem, 'look'>): Promise<void> {
    return this.#faults.call(() => void this.#items.set(secretArn, { ...item, look: null }));
  }

  begin(secretArn: string, look: string, dueAt: number, now: number): Promise<boolean> {
    return this.#faults.call(() => {
      const begun = isDue(this.#items.get(secretArn), now);
      if (begun) this.#items.set(secretArn, { versionId: null, dueAt, look });
      return begun;
    });
  }

  settle(secretArn: string, look: string, item: Omit<AgendaItem, 'look'>): Promise<void> {
    return this.#faults.call(() => {
      if (this.#items.get(secretArn)?.look === look) this.#items.set(secretArn, { ...item, look: null });
    });
  }

  due(limit: number, now: number): Promise<string[]> {
    return this.#faults.call(() => {
      const due = [...this.#items].filter(([, item]) => isDue(item, now));
      return due
        .toSorted(([, a], [, b]) => (a.dueAt ?? 0) - (b.dueAt ?? 0))
        .map(([secretArn]) => secretArn)
        .slice(0, limit);
    });
  }

  /** Its item is gone, as after a restore of the table. */
  lose(secretArn: string): void {
    this.#items.delete(secretArn);
  }
}

function isDue(item: AgendaItem | undefined, now: number): boolean {
  return item !== undefined && item.dueAt !== null && item.dueAt <= now;
}
