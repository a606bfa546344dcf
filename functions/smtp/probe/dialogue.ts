import type { Endpoint } from '../../net/endpoint.ts';
import type { Network } from '../../net/network.ts';
import { ehloKeywords, offeredMechanisms, registeredKeywords } from '../ehlo.ts';
import type { Reply, Stage } from '../evidence.ts';
import { NOTHING_HIDDEN, parseReply } from '../reply.ts';
import type { InterruptionReason, PlaintextFacts } from './facts.ts';
import { Interrupted, interruptedBy } from './interrupted.ts';
import { LineConnection, stageEnd } from './line-connection.ts';

/** RFC 5321 section 4.1.4: a client without a name of its own says an address literal. */
const CLIENT = '[127.0.0.1]';
/** AWS blocks outbound port 25 from Lambda, so a silence there says nothing about the server. */
const BLOCKED_PORT = 25;

export type EhloFacts = Pick<PlaintextFacts, 'starttls' | 'mechanisms' | 'keywords'>;

/** Whom a probe talks to, which way, and until when (ms of `performance.now()`). */
export interface Probed {
  readonly endpoint: Endpoint;
  readonly network: Network;
  readonly deadline: number;
}

/** Runs a dialogue on a new connection and always ends it with QUIT. */
export async function withLine<T>(server: Probed, talk: (line: LineConnection) => Promise<T>): Promise<T> {
  const line = await openLine(server);
  try {
    return await talk(line);
  } finally {
    await line.quit();
  }
}

async function openLine({ endpoint, network, deadline }: Probed): Promise<LineConnection> {
  // Not AbortSignal.timeout: it would still end the connection when it has long been made.
  const dialling = new AbortController();
  const timer = setTimeout(() => dialling.abort(), Math.max(0, stageEnd(deadline) - performance.now()));
  const stages: Stage[] = [];
  try {
    const socket = await network.connect(endpoint, (stage) => stages.push(stage), dialling.signal);
    return new LineConnection(socket, deadline);
  } catch (error) {
    throw dialling.signal.aborted ? silence(stages.at(-1), endpoint.port) : interruptedBy(error);
  } finally {
    clearTimeout(timer);
  }
}

function silence(stage: Stage | undefined, port: number): Interrupted {
  const blocked = stage === 'connect' && port === BLOCKED_PORT;
  return blocked
    ? new Interrupted('egress-blocked', 'no connect')
    : new Interrupted('timeout', `no ${stage}`);
}

export async function readGreeting(line: LineConnection): Promise<Reply> {
  return expectReply(220, await line.reply());
}

export async function sayEhlo(line: LineConnection): Promise<EhloFacts> {
  const raw = await line.command(`EHLO ${CLIENT}`);
  expectReply(250, raw);
  return {
    // The first line names the server.
    starttls: ehloKeywords(raw).slice(1).includes('STARTTLS'),
    mechanisms: offeredMechanisms(raw),
    keywords: registeredKeywords(raw),
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
