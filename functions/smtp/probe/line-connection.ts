import type net from 'node:net';
import type tls from 'node:tls';
import { beginTls } from '../../net/connect.ts';
import type { Endpoint } from '../../net/endpoint.ts';
import { Forbidden, type Network } from '../../net/network.ts';
import type { Stage } from '../evidence.ts';
import { type ReplyFlaw, ReplyReader } from '../reply.ts';
import type { Interruption, InterruptionReason } from './facts.ts';

const FLAWS: Readonly<Record<ReplyFlaw, string>> = {
  tls: 'TLS',
  'too-long': 'reply too long',
  'not-smtp': 'not SMTP',
};

/** Ends a probe from inside; `probeServer` turns it into facts, nobody else sees it. */
export class Interrupted extends Error implements Interruption {
  override readonly name = 'Interrupted';
  readonly reason: InterruptionReason;
  readonly code: string;

  constructor(reason: InterruptionReason, code: string) {
    super(`${reason}: ${code}`);
    this.reason = reason;
    this.code = code;
  }
}

const REASONS: readonly (readonly [RegExp, InterruptionReason])[] = [
  [/^(ERR_SSL_|ERR_TLS_|ERR_OSSL_|ERR_CRYPTO_|EPROTO)/, 'tls-failed'],
  [/^ETIMEDOUT$/, 'timeout'],
  [/^(ECONNRESET|EPIPE|ERR_STREAM_)/, 'closed'],
];

/** Node's errors by their `code`; what has none is a bug and stays one. */
function interruptedBy(error: unknown): unknown {
  if (error instanceof Interrupted || !(error instanceof Error) || !('code' in error)) return error;
  if (error instanceof Forbidden) return new Interrupted('not-allowed', error.code);
  const code = String(error.code);
  const reason = REASONS.find(([pattern]) => pattern.test(code))?.[1] ?? 'unreachable';
  return new Interrupted(reason, code);
}

/** AWS blocks outbound port 25 from Lambda, so a silence there says nothing about the server. */
const BLOCKED_PORT = 25;
/** RFC 5321 section 4.5.3.1.5 allows 512 octets a line; EHLO replies of real servers stay below 2 KiB. */
const MOST_OCTETS = 16 * 1024;
/** No stage may take longer, so that a server that trickles cannot eat the whole budget. */
const STAGE_LIMIT_MS = 8000;
const QUIT_LIMIT_MS = 1000;

/**
 * SMTP's line protocol on a socket of its own: commands out, complete replies in.
 * Each wait ends at `deadline` (ms of `performance.now()`) or after eight seconds; rejects with `Interrupted`.
 * It never verifies a certificate, therefore no password may ever pass through it.
 */
export class LineConnection {
  #socket: net.Socket;
  #failure: unknown;
  #wake = () => {};
  /** What came since `exchange` took the line over from SMTP; null before. */
  #octets: Buffer | null = null;
  readonly #reader = new ReplyReader(MOST_OCTETS);
  readonly #replies: string[] = [];
  readonly #deadline: number;

  /** `socket` is connected; `deadline` ends it all. */
  constructor(socket: net.Socket, deadline: number) {
    this.#socket = socket;
    this.#deadline = deadline;
    this.#listen();
  }

  async command(line: string): Promise<string> {
    this.#socket.write(`${line}\r\n`);
    return this.reply();
  }

  /** The next complete reply, all its lines, as the server sent it. */
  async reply(): Promise<string> {
    const end = stageEnd(this.#deadline);
    for (;;) {
      const reply = this.#replies.shift();
      if (reply !== undefined) return reply;
      if (this.#failure) throw this.#failure;
      await this.#change(end);
    }
  }

  /**
   * Sends octets that are not SMTP, and resolves to what `read` makes of all that came since. Nothing else can be said on
   * this line afterwards. `read` must come to a result for any input that is long enough: that bounds what is kept.
   */
  async exchange<T>(octets: Buffer, read: (received: Buffer) => T | null): Promise<T> {
    this.#octets = Buffer.alloc(0);
    this.#socket.write(octets);
    const end = stageEnd(this.#deadline);
    for (;;) {
      const result = read(this.#octets);
      if (result !== null) return result;
      if (this.#failure) throw this.#failure;
      await this.#change(end);
    }
  }

  /** Upgrades to TLS. Whatever the server sent in clear before it is dropped (RFC 3207 section 6). */
  async secure(options: tls.ConnectionOptions): Promise<tls.TLSSocket> {
    const plain = this.#socket.removeAllListeners('data').removeAllListeners('close');
    this.#replies.length = 0;
    this.#reader.clear();
    const secured = begun(plain, options);
    this.#socket = secured;
    await secure(secured, stageEnd(this.#deadline));
    this.#listen();
    return secured;
  }

  /** Says QUIT if the line still stands, and closes it in any case. */
  async quit(): Promise<void> {
    if (!this.#failure && !this.#octets && this.#socket.writable) {
      this.#socket.write('QUIT\r\n');
      await this.#change(Math.min(this.#deadline, performance.now() + QUIT_LIMIT_MS)).catch(() => {});
    }
    this.#socket.destroy();
  }

  #listen(): void {
    this.#socket.on('data', (chunk: Buffer) => this.#receive(chunk));
    this.#socket.on('error', (error) => this.#fail(interruptedBy(error)));
    this.#socket.on('close', () => this.#fail(new Interrupted('closed', 'closed')));
  }

  #receive(chunk: Buffer): void {
    if (this.#octets) this.#octets = Buffer.concat([this.#octets, chunk]);
    else this.#read(chunk);
    this.#wake();
  }

  #read(chunk: Buffer): void {
    const { replies, flaw } = this.#reader.push(chunk);
    this.#replies.push(...replies);
    if (flaw === null) return;
    this.#fail(new Interrupted('protocol-error', FLAWS[flaw]));
    this.#socket.destroy();
  }

  #fail(failure: unknown): void {
    this.#failure ??= failure;
    this.#wake();
  }

  #change(end: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const late = () => reject(new Interrupted('timeout', 'no reply'));
      const timer = setTimeout(late, Math.max(0, end - performance.now()));
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

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

/** When a stage that begins now has to be over, in ms of `performance.now()`. */
function stageEnd(deadline: number): number {
  return Math.min(deadline, performance.now() + STAGE_LIMIT_MS);
}

/** Settings that this OpenSSL does not know make `tls.connect` throw at once. */
function begun(socket: net.Socket, options: tls.ConnectionOptions): tls.TLSSocket {
  try {
    return beginTls(socket, options);
  } catch (error) {
    socket.destroy();
    throw interruptedBy(error);
  }
}

function secure(socket: net.Socket, end: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (failure?: unknown) => {
      clearTimeout(timer);
      socket.off('close', closed);
      if (failure === undefined) return resolve();
      socket.destroy();
      reject(failure);
    };
    const closed = () => settle(new Interrupted('closed', 'closed'));
    const late = () => settle(new Interrupted('timeout', 'no secureConnect'));
    const timer = setTimeout(late, Math.max(0, end - performance.now()));
    socket.once('close', closed);
    // Stays for good: an error after this stage must never become an uncaught exception.
    socket.on('error', (error) => settle(interruptedBy(error)));
    socket.once('secureConnect', () => settle());
  });
}
