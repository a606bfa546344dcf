import type { Redacted } from '../../secrets/redacted.ts';
import type { Failure, Reply } from '../evidence.ts';
import { isContradictory } from '../verdicts/replies.ts';

/** What a mechanism may use of the credential and its endpoint. */
export interface Identity {
  readonly username: string;
  /** A password, or the access token of XOAUTH2 and OAUTHBEARER. */
  readonly password: Redacted;
  readonly host: string;
  readonly port: number;
}

/** One message of the client, before base64. */
export interface Say {
  readonly text: string;
  /** All is said and the server has proven what it must: from here on a 235 is believed, and not before. */
  readonly last: boolean;
  /** The server's status for a token it does not take (RFC 7628 section 3.2.2, Google XOAUTH2): only a refusal may follow. */
  readonly tokenStatus?: string;
}

/** What the server said is not what the mechanism allows: nothing more is sent. */
export type Flaw = 'bad-challenge' | 'server-unproven' | 'scram-iterations' | 'unsendable';

/**
 * A mechanism's side of the dialogue (RFC 4422 section 5): yields what to say next, is given the server's challenge,
 * and returns when a challenge is one that it cannot answer. The first yield is the initial response; null leaves the
 * first word to the server.
 */
export type Exchange = AsyncGenerator<Say | null, Flaw, Buffer>;

export const say = (text: string): Say => ({ text, last: false });

export const sayLast = (text: string): Say => ({ text, last: true });

/** A command line, RFC 5321 section 4.5.3.1.4, without its CRLF; RFC 4954 section 4 does not lift it for AUTH. */
const COMMAND_LIMIT = 510;
/** RFC 4954 section 4, without its CRLF. A server that has less room takes what is over for commands, and may log it. */
const RESPONSE_LIMIT = 12_286;

/** What the server said to one line; `reply` is null when that was no valid reply. */
export interface Answer {
  readonly raw: string;
  readonly reply: Reply | null;
}

/** Sends one line and waits for the answer; `message` is what it carries, before base64. */
export type Send = (line: string, message: string) => Promise<Answer>;

/**
 * One AUTH command and its exchange (RFC 4954 section 4). Null when the login is proven: the server said 235, and only
 * after the mechanism had said and seen all that belongs to it.
 */
export async function authenticate(method: string, exchange: Exchange, send: Send): Promise<Failure | null> {
  const first = await exchange.next();
  if (first.done) return { kind: 'malformed-secret' };
  if (isTooLong(first.value)) return tooLong;
  let { said, answer } = await open(method, first.value, send);
  while (answer.reply?.code === 334) {
    const next = await exchange.next(challengeIn(answer.raw));
    if (next.done) return flawed(next.value, answer.reply);
    if (isTooLong(next.value)) return tooLong;
    said = next.value;
    answer = await send(base64(said?.text ?? ''), said?.text ?? '');
  }
  return outcome(answer.reply, said);
}

function flawed(flaw: Flaw, reply: Reply): Failure {
  if (flaw === 'bad-challenge') return { kind: 'reply', reply };
  return flaw === 'scram-iterations' ? { kind: flaw } : unproven;
}

const unproven: Failure = { kind: 'server-unproven' };
const tooLong: Failure = { kind: 'auth-line-too-long' };

function isTooLong(said: Say | null): boolean {
  return Math.ceil(Buffer.byteLength(said?.text ?? '') / 3) * 4 > RESPONSE_LIMIT;
}

interface Turn {
  readonly said: Say | null;
  readonly answer: Answer;
}

async function open(method: string, first: Say | null, send: Send): Promise<Turn> {
  const command = `AUTH ${method}`;
  // An empty initial response is written as a single equals sign.
  const withInitial = first && `${command} ${base64(first.text) || '='}`;
  if (withInitial && withInitial.length <= COMMAND_LIMIT)
    return { said: first, answer: await send(withInitial, first.text) };
  const answer = await send(command, '');
  if (!first || answer.reply?.code !== 334) return { said: null, answer };
  return { said: first, answer: await send(base64(first.text), first.text) };
}

function outcome(reply: Reply | null, said: Say | null): Failure | null {
  if (!reply) return { kind: 'protocol' };
  if (reply.code !== 235 || isContradictory(reply)) {
    return { kind: 'reply', reply, ...(said?.tokenStatus && { tokenStatus: said.tokenStatus }) };
  }
  return said?.last ? null : unproven;
}

function challengeIn(raw: string): Buffer {
  return Buffer.from(raw.slice(4).trim(), 'base64');
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

/** A user name inside a GS2 header or SCRAM message (RFC 5801 section 4, RFC 5802 section 5.1). */
export function saslName(username: string): string {
  return username.replaceAll('=', '=3D').replaceAll(',', '=2C');
}
