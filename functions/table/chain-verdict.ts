import { type ChainedEvent, type Head, hashOf } from './chain.ts';
import { positionIn } from './event-key.ts';

/** An event as it stands in the table; `key` is its sort key, by which the table orders them. */
export interface StoredEvent {
  readonly key: string;
  readonly event: ChainedEvent;
}

export interface Chain {
  readonly secretArn: string;
  /** In the table's order. */
  readonly stored: readonly StoredEvent[];
  readonly head: Head | null;
}

type Break = 'changed' | 'removed' | 'inserted' | 'reordered' | 'replaced' | 'truncated';

export type ChainVerdict =
  | { readonly kind: 'intact'; readonly events: number; readonly head: Head | null }
  /** `sequence` is the first event that is not as it was written, or the first that is missing. */
  | {
      readonly kind: 'broken';
      readonly sequence: number;
      readonly reason: Break;
      readonly message: string;
    };

const MEANINGS: Readonly<Record<Break, string>> = {
  changed: 'does not have the content that its hash was made of',
  removed: 'is missing, and had not expired',
  inserted: 'was put in by something other than the ledger',
  reordered: 'stands where another one belongs',
  replaced: 'is not the one that the following event, or the head, was bound to',
  truncated: 'and all after it are missing at the end; the head names a later one',
};

/**
 * Whether the events are those that were written, in their order, with none gone before its time. What has expired is
 * left out, whether or not the table has deleted it yet: it does so when it likes, in any order. `now` in milliseconds
 * since 1970. Who can rewrite the events and their head alike is found only by the hashes in the log (`ledger.appended`).
 */
export function verifyChain({ secretArn, stored, head }: Chain, now: number): ChainVerdict {
  const nowSeconds = now / 1000;
  const kept = stored.filter(({ event }) => !(event.expiresAt <= nowSeconds));
  let before: ChainedEvent | null = null;
  for (const one of kept) {
    const broken = breakAt(one, before, secretArn, nowSeconds);
    if (broken) return broken;
    before = one.event;
  }
  return breakAtEnd(kept, head, nowSeconds) ?? { kind: 'intact', events: kept.length, head };
}

function breakAt(
  { key, event }: StoredEvent,
  before: ChainedEvent | null,
  secretArn: string,
  nowSeconds: number,
): ChainVerdict | null {
  const position = positionIn(key);
  if (position === null) return broken((before?.sequence ?? 0) + 1, 'inserted');
  if (event.sequence !== position) return broken(position, 'reordered');
  if (hashOf(secretArn, event) !== event.hash) return broken(position, 'changed');
  return before ? breakBetween(before, event) : breakBefore(event, nowSeconds);
}

function breakBetween(before: ChainedEvent, event: ChainedEvent): ChainVerdict | null {
  if (event.sequence !== before.sequence + 1) return broken(before.sequence + 1, 'removed');
  return event.previous === before.hash ? null : broken(before.sequence, 'replaced');
}

/** The oldest that is left: those before it must have expired. */
function breakBefore({ sequence, previous, previousExpiresAt }: ChainedEvent, nowSeconds: number) {
  if (sequence === 1) return previous === null ? null : broken(1, 'inserted');
  const expired = previousExpiresAt !== null && previousExpiresAt <= nowSeconds;
  return expired ? null : broken(sequence - 1, 'removed');
}

/** A writer that died left one event more than the head knows; the next one brings the head up to it. */
function breakAtEnd(kept: readonly StoredEvent[], head: Head | null, nowSeconds: number) {
  const last = kept.at(-1)?.event.sequence ?? 0;
  const noted = head?.sequence ?? 0;
  if (last > noted + 1) return broken(noted + 2, 'inserted');
  if (head && last < noted)
    return head.expiresAt <= nowSeconds ? null : broken(firstMissing(kept, head), 'truncated');
  const atHead = kept.find(({ event }) => event.sequence === noted)?.event;
  return head && atHead && atHead.hash !== head.hash ? broken(noted, 'replaced') : null;
}

function firstMissing(kept: readonly StoredEvent[], head: Head): number {
  const last = kept.at(-1)?.event.sequence;
  return last === undefined ? head.sequence : last + 1;
}

function broken(sequence: number, reason: Break): ChainVerdict {
  return { kind: 'broken', sequence, reason, message: `Event ${sequence} ${MEANINGS[reason]}.` };
}
