import { CONNECTION_VERDICTS } from './verdicts/connection.ts';
import type { VerdictEntry } from './verdicts/entry.ts';
import { REPLY_VERDICTS } from './verdicts/replies.ts';
import { TLS_VERDICTS } from './verdicts/tls.ts';

export type { TokenFailure } from './verdicts/connection.ts';
export type { CredentialState, Retry } from './verdicts/entry.ts';

/** The catalogue: a verdict, and all that belongs to it, stands in one of these three. */
const CATALOGUE = { ...REPLY_VERDICTS, ...TLS_VERDICTS, ...CONNECTION_VERDICTS };

/** What one login proved. Closed. */
export type Verdict = keyof typeof CATALOGUE;

/** Every verdict there is. */
export const VERDICTS = Object.keys(CATALOGUE) as readonly Verdict[];

export function entryOf(verdict: Verdict): VerdictEntry {
  return CATALOGUE[verdict];
}
