import type { Verdict } from './judgement.ts';
import { CONNECTION_MEANINGS } from './meanings/connection.ts';
import type { Meaning } from './meanings/meaning.ts';
import { REPLY_MEANINGS } from './meanings/reply.ts';
import { TLS_MEANINGS } from './meanings/tls.ts';
import { UNTRIED_MEANINGS } from './meanings/untried.ts';

const MEANINGS: Readonly<Record<Verdict, Meaning>> = {
  ...REPLY_MEANINGS,
  ...TLS_MEANINGS,
  ...CONNECTION_MEANINGS,
  ...UNTRIED_MEANINGS,
};

/** Every verdict there is. */
export const VERDICTS = Object.keys(MEANINGS) as readonly Verdict[];

/** What a verdict says of the credential, whether a retry may help, and what a person should do. */
export function meaningOf(verdict: Verdict): Meaning {
  return MEANINGS[verdict];
}
