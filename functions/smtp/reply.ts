import { REDACTED } from '../observe/shown.ts';
import { Echoes } from './echoes/echoes.ts';
import type { Reply } from './evidence.ts';
import { knownText } from './known-text.ts';
import { wordingsIn } from './verdicts/phrases.ts';

const LINE_END = /\r?\n/;
const CODE = /^\d{3}(?=[ -]|$)/;
const ENHANCED = /^([245]\.\d{1,3}\.\d{1,3})(?:[ \t]|$)/;
/** RFC 3463, RFC 5248, and the three digits that Microsoft gives to its policies; no other number means anything. */
const ASSIGNED = /\.(?:[0-7]\.\d{1,2}|7\.\d{3})$/;

/** For a dialogue in which nothing private was said. */
// Stryker disable next-line StringLiteral,ArrayDeclaration: no server says what would be hidden then.
export const NOTHING_HIDDEN = new Echoes({ secrets: [], names: [], host: '' });

/** The codes of a reply. */
export type Status = Pick<Reply, 'code' | 'enhanced'>;

/**
 * Reads a complete, possibly multi-line SMTP reply (RFC 5321 section 4.2.1, RFC 2034). Null when a line has no code, or
 * another code than the first: such a reply means nothing. The enhanced code is the first on any of the lines, or one
 * that contradicts the code (`535 4.7.8`) so that the contradiction is seen; one that nobody assigns becomes `5.0.0`.
 */
export function statusOf(raw: string): Status | null {
  const code = commonCode(raw);
  if (code === null) return null;
  const enhanced = textsOf(raw)
    .map((text) => ENHANCED.exec(text)?.[1])
    .filter((found) => found !== undefined);
  const contradicting = enhanced.find((found) => found[0] !== code[0]);
  return { code: Number(code), enhanced: assigned(contradicting ?? enhanced[0] ?? null) };
}

/** The same with its text: what is known of it (`knownText`), and nothing when it plainly repeats what is hidden. */
export function parseReply(raw: string, echoes: Echoes): Reply | null {
  const status = statusOf(raw);
  if (status === null) return null;
  const words = wordsOf(raw);
  if (echoes.arePlainlyIn(words)) return redacted(status, echoes.takenOutOf(words));
  return { ...status, text: knownText(words).shown };
}

/** A reply whose text is not to be shown; what its words mean to the reply table stays. */
export function redacted(reply: Omit<Reply, 'text'>, words: string): Reply {
  return { wordings: wordingsIn(words), ...reply, text: REDACTED };
}

/** All that a reply says, in one line and without its codes. */
export function wordsOf(raw: string): string {
  return textsOf(raw)
    .map((text) => text.replace(ENHANCED, ''))
    .join(' ');
}

function textsOf(raw: string): readonly string[] {
  return raw.split(LINE_END).map((line) => line.slice(4));
}

function assigned(enhanced: string | null): string | null {
  return enhanced === null || ASSIGNED.test(enhanced) ? enhanced : `${enhanced[0]}.0.0`;
}

/** The code alone, at a small part of the cost. */
export function replyCode(raw: string): number | null {
  const code = commonCode(raw);
  return code === null ? null : Number(code);
}

function commonCode(raw: string): string | null {
  const lines = raw.split(LINE_END);
  // Stryker disable next-line OptionalChaining: there is always a first line.
  const code = lines[0]?.match(CODE)?.[0];
  return code && lines.every((line) => line.startsWith(code) && CODE.test(line)) ? code : null;
}

const REPLY_LINE = /^\d{3}(?:[- ]|\r?$)/;

/** Why what a server sends is no SMTP. `tls`: it speaks TLS where it should greet. */
export type ReplyFlaw = 'tls' | 'too-long' | 'not-smtp';

/** The complete replies that came, all lines of each, and what ended them. */
export interface Replies {
  readonly replies: readonly string[];
  readonly flaw: ReplyFlaw | null;
}

/** Cuts what a server sends on one connection into complete replies (RFC 5321 section 4.2), however the packets fall. */
export class ReplyReader {
  readonly #mostOctets: number;
  #octets = 0;
  /** Of a reply whose end has not come; one character an octet, so that a character split between two packets survives. */
  #beginning = '';
  /** Where in it a line begins whose end has not come. */
  #line = 0;

  /** `mostOctets`: of all that comes on the connection. */
  constructor(mostOctets: number) {
    this.#mostOctets = mostOctets;
  }

  /** After a flaw nothing that comes means anything. */
  push(chunk: Buffer): Replies {
    if (this.#octets === 0 && isTlsRecord(chunk)) return { replies: [], flaw: 'tls' };
    this.#octets += chunk.length;
    if (this.#octets > this.#mostOctets) return { replies: [], flaw: 'too-long' };
    this.#beginning += chunk.toString('latin1');
    // To look through all of a line again for each of its bytes would take the time of a server that drips.
    // Stryker disable next-line StringLiteral: nothing but time.
    return chunk.includes('\n') ? this.#cut() : { replies: [], flaw: null };
  }

  #cut(): Replies {
    const replies: string[] = [];
    for (let end = this.#lineEnd(); end >= 0; end = this.#lineEnd()) {
      const line = this.#beginning.slice(this.#line, end);
      const isEmpty = this.#line === 0 && line.trim() === '';
      if (!isEmpty && !REPLY_LINE.test(line)) return { replies, flaw: 'not-smtp' };
      this.#line = end + 1;
      if (line[3] === '-') continue;
      // Empty lines between replies do no harm, and some servers send them.
      if (!isEmpty) replies.push(decoded(this.#beginning.slice(0, end).trimEnd()));
      this.clear(this.#line);
    }
    return { replies, flaw: null };
  }

  /** What has come of a reply whose end has not. */
  get beginning(): string {
    return this.#beginning.trimStart();
  }

  /** Forgets the beginning of a reply, as a client must when TLS begins (RFC 3207 section 4.2). */
  clear(from = this.#beginning.length): void {
    this.#beginning = this.#beginning.slice(from);
    this.#line = 0;
  }

  #lineEnd(): number {
    return this.#beginning.indexOf('\n', this.#line);
  }
}

/** RFC 8446 section 5.1: a record begins with its type (an alert is 21, a handshake 22) and a version of 3.x. */
function isTlsRecord([type, major]: Buffer): boolean {
  return (type === 21 || type === 22) && major === 3;
}

/** Servers write UTF-8; what is none is left as its octets. */
function decoded(octets: string): string {
  // Stryker disable next-line ConditionalExpression,Regex: ASCII is the same in both, and nearly all that servers say.
  if (!/[\u0080-\u00ff]/.test(octets)) return octets;
  const text = Buffer.from(octets, 'latin1').toString();
  return text.includes('\ufffd') ? octets : text;
}
