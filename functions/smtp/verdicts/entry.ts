import type { Reference } from '../reference.ts';

/** `bad` only after a definite refusal of the credential; `good` only after a 235 over verified TLS. */
export type CredentialState = 'good' | 'bad' | 'unknown';

export interface Retry {
  readonly allowed: boolean;
  readonly afterSeconds?: number;
}

/** All that a verdict says besides its name. */
export interface VerdictEntry {
  readonly credential: CredentialState;
  /** What a person should do. */
  readonly advice: string;
  readonly retry: Retry;
  /** Where its rule is written, when no reply led to it: the reply's row has its own. Null: only Keyturn itself decides so. */
  readonly reference: Reference | null;
}

const entry =
  (credential: CredentialState) =>
  (advice: string, reference: Reference | null = null): VerdictEntry => ({
    credential,
    advice,
    retry: { allowed: false },
    reference,
  });

export const good = entry('good');
export const bad = entry('bad');
/** Trying again changes nothing until a person has acted. */
export const unknown = entry('unknown');

/** Unknown, and trying again may help. */
export function later(afterSeconds: number, advice: string, reference?: Reference): VerdictEntry {
  return { ...unknown(advice, reference), retry: { allowed: true, afterSeconds } };
}
