import type { Reply, Stage } from '../evidence.ts';
import type { Reference } from '../reference.ts';
import type { ReplyVerdict } from '../verdicts.ts';
import { PHRASES, type Phrase } from './phrases.ts';

/** The stages in which a server speaks SMTP to us. */
export type ReplyStage = Extract<Stage, 'greeting' | 'ehlo' | 'starttls' | 'auth'>;

/** A code, or all codes of a kind (RFC 5321 section 4.2.1): 4yz transient, 5yz permanent. */
type Code = number | '4yz' | '5yz';

/** System not accepting, too busy or congested, and the 4.7.0 with which Gmail and Amazon SES slow clients down. */
export const TOO_MUCH: readonly string[] = ['4.3.2', '4.4.5', '4.7.0', '4.7.28'];

export interface Row {
  readonly stages: readonly ReplyStage[];
  readonly codes: readonly Code[];
  /** RFC 3463. */
  readonly enhanced?: readonly string[];
  readonly phrase?: Phrase;
  readonly verdict: ReplyVerdict;
  readonly reference: Reference;
}

export function matches({ stages, codes, enhanced, phrase }: Row, stage: Stage, reply: Reply): boolean {
  if (!stages.some((known) => known === stage)) return false;
  if (!codes.some((code) => includes(code, reply.code))) return false;
  if (enhanced && !enhanced.some((known) => known === reply.enhanced)) return false;
  if (phrase === undefined) return true;
  return reply.wordings?.includes(phrase) ?? PHRASES[phrase].test(reply.text);
}

function includes(code: Code, value: number): boolean {
  return typeof code === 'number' ? code === value : code[0] === String(value)[0];
}
