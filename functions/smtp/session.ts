import type net from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { TLSSocket } from 'node:tls';
import type { TlsFacts } from '../net/certificate.ts';
import { guardTls } from '../net/connect.ts';
import type { Network } from '../net/network.ts';
import type { Handshake } from '../net/tls-sessions.ts';
import type { AuthMethod, Login } from '../secrets/credential.ts';
import { CLIENT_NAME } from './ehlo.ts';
import type { Failure, Reply, Stage } from './evidence.ts';
import { classifyFailure } from './failure.ts';
import { type Answer, authenticate } from './sasl/exchange.ts';
import { chooseMechanism, isSendable, MECHANISMS } from './sasl/mechanisms.ts';
import type { Transcript } from './transcript.ts';

type SmtpConnection = import('nodemailer/lib/smtp-connection').default;
type SendCommand = (line: string) => Promise<{ readonly response: string }>;

/**
 * Every mechanism runs under this one name: nodemailer's own take any 2yz for a success and a 334 for what they like, and
 * it puts PLAIN in the place of an XOAUTH2 that it cannot run.
 */
const EXCHANGE = 'KEYTURN';
/** A polite QUIT may take this long (ms); the verdict does not depend on it. */
const QUIT_LIMIT_MS = 1000;

/**
 * Goes on in the session of a login that was proven, one command at a time; the reply is null when it was no valid one.
 * Whatever comes of it, the login stays proven.
 */
export type Afterwards = (say: (line: string) => Promise<Reply | null>) => Promise<void>;

/** The steps of one login; its fields are what they left behind. */
export class Session {
  tls: TlsFacts | null = null;
  used: AuthMethod | null = null;
  /** The IP address that was connected to. */
  address: string | null = null;
  /** The reply that accepted the login, when more was said after it. */
  accepted: Reply | null = null;
  #connection: SmtpConnection | undefined;
  #handshake: Handshake | undefined;
  /** Settled when the server has answered QUIT, or has not in time. */
  #ended: Promise<void> | undefined;
  /** Why AUTH came to nothing; null when the login is proven. */
  #refusal: Failure | null = { kind: 'protocol' };
  readonly #credential: Login;
  readonly #transcript: Transcript;
  readonly #network: Network;
  readonly #signal: AbortSignal;
  readonly #budgetMs: number;
  #afterwards: Afterwards | undefined;

  constructor(
    credential: Login,
    transcript: Transcript,
    network: Network,
    signal: AbortSignal,
    budgetMs: number,
  ) {
    this.#credential = credential;
    this.#transcript = transcript;
    this.#network = network;
    this.#signal = signal;
    this.#budgetMs = budgetMs;
  }

  /** Null when the server said 235. */
  async run(afterwards?: Afterwards): Promise<Failure | null> {
    this.#afterwards = afterwards;
    try {
      await this.#greet();
      return await this.#authenticate();
    } catch (error) {
      if (this.accepted) return null;
      // Once we have cut the connection ourselves, whatever error that caused says nothing about the server.
      if (this.#transcript.breach) return this.#transcript.breach;
      return this.#signal.aborted ? { kind: 'timeout' } : classifyFailure(error, this.#transcript);
    }
  }

  async #greet(): Promise<void> {
    const { endpoint } = this.#credential;
    // Before the dial, so that no open connection waits for it without a listener.
    const { default: Connection } = await import('nodemailer/lib/smtp-connection');
    const onStage = (stage: Stage) => this.#transcript.enter(stage);
    const { socket, handshake } = await this.#network.dial(endpoint, onStage, this.#signal);
    this.#handshake = handshake;
    this.address = socket.remoteAddress ?? null;
    this.#noteTls(socket);
    this.#transcript.enter('greeting');
    this.#transcript.watch(socket);
    const connection = new Connection({
      name: CLIENT_NAME,
      host: endpoint.host,
      port: endpoint.port,
      connection: socket,
      secure: endpoint.security === 'tls',
      secured: endpoint.security === 'tls',
      requireTLS: true,
      customAuth: { [EXCHANGE]: ({ sendCommand }) => this.#exchange(sendCommand) },
      tls: handshake.options,
      connectionTimeout: this.#budgetMs,
      greetingTimeout: this.#budgetMs,
      socketTimeout: this.#budgetMs,
      socketCloseTimeout: 0,
      debug: true,
      logger: this.#observer(),
    });
    this.#connection = connection;
    await this.#step((done) => connection.connect(done));
  }

  async #authenticate(): Promise<Failure | null> {
    this.#expectVerifiedTls();
    const { offered, listsMechanisms } = this.#transcript;
    if (!offered || this.#transcript.breach) return { kind: 'protocol' };
    if (!listsMechanisms) return { kind: 'auth-not-offered' };
    if (!isSendable(this.#credential)) return { kind: 'malformed-secret' };
    this.used = chooseMechanism(offered, this.#credential.authMethod);
    if (!this.used) return { kind: 'no-common-mechanism' };
    this.#transcript.enter('auth');
    await this.#step((done) => this.#connection?.login({ method: EXCHANGE }, done));
    if (this.#refusal === null) this.#transcript.enter('done');
    return this.#refusal;
  }

  async #exchange(sendCommand: SendCommand): Promise<void> {
    if (!this.used) return;
    const { endpoint, username, password } = this.#credential;
    const exchange = MECHANISMS[this.used]({ ...endpoint, username, password });
    this.#refusal = await authenticate(this.used, exchange, (line, message) =>
      this.#say(line, message, sendCommand),
    );
    if (this.#refusal === null) await this.#goOn(sendCommand);
  }

  async #goOn(sendCommand: SendCommand): Promise<void> {
    if (!this.#afterwards) return;
    this.#transcript.enter('done');
    this.accepted = this.#transcript.lastReply;
    await this.#afterwards(async (line) => {
      await sendCommand(line);
      const { lastReply } = this.#transcript;
      // To search it takes its time, and the next command must not be written in the turn of this reply.
      await nextTurn();
      return lastReply && this.#transcript.shown(lastReply);
    });
  }

  async #say(line: string, message: string, sendCommand: SendCommand): Promise<Answer> {
    this.#transcript.hide(message);
    const answered = sendCommand(line);
    // RFC 4954 section 4 lets AUTH be followed at once where it takes one step, RFC 2920 section 3.1 lets QUIT end a group.
    // nodemailer sends the line in the next turn too, before this.
    if (/^AUTH PLAIN ./.test(line) && this.#transcript.pipelining && !this.#afterwards)
      setImmediate(() => this.#sayQuit());
    await answered;
    const { lastRaw, lastReply } = this.#transcript;
    return { raw: lastRaw ?? '', reply: lastReply };
  }

  /** Right after a handshake, before TLS 1.3 hands out its sessions. */
  #noteTls(socket: net.Socket): void {
    if (socket instanceof TLSSocket) this.tls ??= this.#handshake?.completed(socket) ?? null;
  }

  #expectVerifiedTls(): void {
    const socket = this.#connection?._socket;
    if (socket instanceof TLSSocket && socket.authorized && this.tls) return;
    throw new Error('bug: a login reached AUTH without verified TLS');
  }

  /** One nodemailer call, ended by its callback, by the connection's `error` event, or by the deadline. */
  #step(call: (done: (error?: Error | null) => void) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      const abort = () => reject(this.#signal.reason);
      this.#signal.addEventListener('abort', abort, { once: true });
      if (this.#signal.aborted) abort();
      this.#connection?.once('error', reject);
      const ended = () => reject(Object.assign(new Error('closed in a step'), { code: 'ECONNRESET' }));
      // nodemailer closes at a 421 before anybody could read it.
      const later = () => setImmediate(ended);
      this.#connection?.once('end', later);
      call((error) => {
        this.#connection?.off('end', later);
        if (error) reject(error);
        else resolve();
      });
    });
  }

  /** nodemailer logs each command (credentials masked) before it goes out and each reply, told apart by `tnx`. */
  #observer() {
    const debug = ({ tnx }: { tnx?: string }, message?: unknown) => {
      if (tnx === 'client') this.#asked(String(message));
      if (tnx !== 'server') return;
      this.#guardNext();
      this.#transcript.answered();
    };
    const ignore = () => {};
    return { level: ignore, trace: ignore, debug, info: ignore, warn: ignore, error: ignore, fatal: ignore };
  }

  /** nodemailer begins the handshake in the turn of a reply: after any 2yz, whatever stands behind it. */
  #guardNext(): void {
    const before = this.#connection?._socket;
    queueMicrotask(() => {
      const socket = this.#connection?._socket;
      if (socket !== before && socket instanceof TLSSocket) guardTls(socket);
    });
  }

  #asked(command: string): void {
    const socket = this.#connection?._socket;
    if (socket) this.#transcript.watch(socket);
    if (socket) this.#noteTls(socket);
    this.#transcript.sent(command);
  }

  async quit(): Promise<void> {
    const connection = this.#connection;
    if (!connection) return;
    const socket = connection._socket;
    if (socket instanceof TLSSocket) this.#handshake?.remember(socket);
    connection.on('error', () => {});
    // The last reply was read, and searched, in this turn: what is written in it may meet a reset (nodejs/node#65035).
    await nextTurn();
    if (this.#transcript.isIdle && !connection.destroyed) this.#sayQuit();
    await this.#ended;
    connection.close();
  }

  #sayQuit(): void {
    const connection = this.#connection;
    if (!connection || this.#ended) return;
    this.#ended = new Promise((resolve) => {
      const timer = setTimeout(resolve, QUIT_LIMIT_MS);
      const ended = () => {
        clearTimeout(timer);
        resolve();
      };
      // With QUIT sent along with AUTH, the connection may break long before anybody waits for its end.
      connection.once('end', ended).once('error', ended);
    });
    connection.quit();
  }
}
