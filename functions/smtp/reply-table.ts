import type { Reply, Stage } from './evidence.ts';
import { rfc } from './reference.ts';
import { AUTH_ROWS } from './replies/auth-rows.ts';
import { matches, type Row } from './replies/row.ts';
import { SESSION_ROWS } from './replies/session-rows.ts';

/**
 * Every reply that can end a login and means something, and its verdict; the first match wins. Replies after AUTH (452,
 * 454 and 554 to MAIL, RCPT and DATA) are not in it: a login never comes so far.
 */
export const REPLY_TABLE: readonly Row[] = [...SESSION_ROWS, ...AUTH_ROWS];

/** What the table says of a reply. */
export type Ruling = Pick<Row, 'verdict' | 'reference'>;

/** An enhanced code of another class than the reply's (`535 4.7.8`): one of the two is wrong, so it proves nothing. */
const CONTRADICTION: Ruling = { verdict: 'protocol-error', reference: rfc(2034, '4') };

/** 334 after the last word, a 2yz in the wrong place, and codes that nobody has defined prove nothing either. */
const MEANINGLESS: Ruling = { verdict: 'protocol-error', reference: rfc(5321, '4.2') };

export function ruleOn(stage: Stage, reply: Reply): Ruling {
  if (isContradictory(reply)) return CONTRADICTION;
  return REPLY_TABLE.find((row) => matches(row, stage, reply)) ?? MEANINGLESS;
}

export function isContradictory({ code, enhanced }: Reply): boolean {
  return enhanced !== null && enhanced[0] !== String(code)[0];
}
