import { CLIENT_NAME, ehloKeywords, hidesStarttls, listedMechanisms, registeredMechanisms } from '../ehlo.ts';
import type { Reply } from '../evidence.ts';
import { NOTHING_HIDDEN, parseReply } from '../reply.ts';
import type { InterruptionReason, PlaintextFacts } from './facts.ts';
import { Interrupted, type LineConnection } from './line-connection.ts';

export type EhloFacts = Pick<PlaintextFacts, 'starttls' | 'overwritten' | 'mechanisms'>;

export async function readGreeting(line: LineConnection): Promise<Reply> {
  return expectReply(220, await line.reply());
}

export async function sayEhlo(line: LineConnection): Promise<EhloFacts> {
  const raw = await line.command(`EHLO ${CLIENT_NAME}`);
  expectReply(250, raw);
  const keywords = ehloKeywords(raw);
  return {
    // The first line names the server.
    starttls: keywords.slice(1).includes('STARTTLS'),
    overwritten: hidesStarttls(keywords),
    mechanisms: registeredMechanisms(listedMechanisms(keywords)),
  };
}

/** From the greeting to the answer to STARTTLS, after which the handshake begins. */
export async function upgrade(line: LineConnection): Promise<void> {
  await readGreeting(line);
  await sayEhlo(line);
  await sayStarttls(line);
}

export async function sayStarttls(line: LineConnection): Promise<void> {
  expectReply(220, await line.command('STARTTLS'));
}

/** Only the code of the reply to a command. */
export async function codeOf(line: LineConnection, command: string): Promise<number> {
  return parsed(await line.command(command)).code;
}

function expectReply(code: number, raw: string): Reply {
  const reply = parsed(raw);
  if (reply.code === code) return reply;
  throw new Interrupted(refusalReason(reply.code), String(reply.code));
}

function parsed(raw: string): Reply {
  const reply = parseReply(raw, NOTHING_HIDDEN);
  if (reply) return reply;
  throw new Interrupted('protocol-error', 'no reply code');
}

function refusalReason(code: number): InterruptionReason {
  if (code >= 400 && code < 500) return 'throttled';
  return code >= 500 ? 'refused' : 'protocol-error';
}

/** Mechanisms that hand over the secret or a bearer token as it is. */
export const CLEARTEXT: readonly string[] = ['PLAIN', 'LOGIN', 'XOAUTH2', 'OAUTHBEARER'];
const CONTINUE = 334;
const OK = 250;

/**
 * Asks, before TLS, whether the server would take a login or a mail in clear. Nothing secret is said:
 * AUTH carries no initial response and is cancelled with `*` (RFC 4954 section 4), MAIL is followed by RSET.
 */
export async function askInClear(line: LineConnection, ehlo: EhloFacts): Promise<PlaintextFacts> {
  // A server would refuse what it does not offer, whatever it thinks of clear text.
  const mechanism = CLEARTEXT.find((name) => ehlo.mechanisms.includes(name)) ?? 'PLAIN';
  const auth = await codeOf(line, `AUTH ${mechanism}`);
  if (auth === CONTINUE) await codeOf(line, '*');
  const mail = await codeOf(line, 'MAIL FROM:<>');
  if (mail === OK) await codeOf(line, 'RSET');
  return { ...ehlo, auth, mail };
}
