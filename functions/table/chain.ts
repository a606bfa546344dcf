import { createHash } from 'node:crypto';
import { canonicalJson } from './canonical-json.ts';

/** Events, and the operations that they tell of, are kept for so long (seconds): 400 days. */
export const KEPT_SECONDS = 400 * 24 * 60 * 60;

/** What was done, as its caller tells it. `at` in milliseconds since 1970; `who`: an ARN, or `schedule`. */
export interface EventContent {
  readonly event: string;
  readonly at: number;
  readonly who: string;
  readonly [detail: string]: unknown;
}

/** One event of one secret, bound to the one before it. */
export interface ChainedEvent extends EventContent {
  /** Counts from 1, without gaps. */
  readonly sequence: number;
  /** The hash of the event before; null for the first. */
  readonly previous: string | null;
  /** When the event before expires, in seconds since 1970; null for the first. Never later than this one. */
  readonly previousExpiresAt: number | null;
  readonly expiresAt: number;
  /** SHA-256 in hex over the secret's ARN and all other fields, as canonical JSON. */
  readonly hash: string;
}

/** The last event, as it is noted apart from the events, so that a chain cut short is found. It never expires. */
export type Head = Pick<ChainedEvent, 'sequence' | 'hash' | 'expiresAt'>;

/** The event that comes after `head`. Its place in time never makes it expire before an earlier one. */
export function linkedTo(head: Head | null, secretArn: string, content: EventContent): ChainedEvent {
  const link = {
    ...content,
    sequence: (head?.sequence ?? 0) + 1,
    previous: head?.hash ?? null,
    previousExpiresAt: head?.expiresAt ?? null,
    expiresAt: Math.max(head?.expiresAt ?? 0, Math.floor(content.at / 1000) + KEPT_SECONDS),
  };
  return { ...link, hash: hashOf(secretArn, link) };
}

export function hashOf(secretArn: string, fields: object): string {
  const { hash: _own, ...hashed } = { hash: undefined, ...fields };
  return createHash('sha256')
    .update(canonicalJson({ ...hashed, secretArn }))
    .digest('hex');
}
