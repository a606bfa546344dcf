import { once } from 'node:events';
import { TLSSocket } from 'node:tls';
import type { AuthMethod, Credential } from '../credential/credential.ts';
import { dial, tlsOptions } from './dial.ts';
import type { Failure, LoginEvidence, TlsFacts } from './evidence.ts';
import { classifyFailure } from './failure.ts';
import { tlsFacts } from './tls-facts.ts';
import { Transcript } from './transcript.ts';

type SmtpConnection = import('nodemailer/lib/smtp-connection').default;

/** PLAIN first: under verified TLS it is one round trip, and CRAM-MD5 forces servers to keep passwords in clear. */
const PREFERENCE: readonly AuthMethod[] = ['PLAIN', 'LOGIN', 'CRAM-MD5'];
/** A polite QUIT may take this long (ms); the verdict does not depend on it. */
const QUIT_LIMIT_MS = 1000;

/**
 * One login: dial, verified TLS, AUTH, QUIT; on a fresh connection, never more than one AUTH.
 * Never rejects for what a server or network does; that is in the evidence. `budgetMs` bounds all of it.
 * No AUTH byte is sent before the server's certificate was verified for `host` (RFC 8314, RFC 9525).
 */
export async function login(credential: Credential, budgetMs: number): Promise<LoginEvidence> {
  const transcript = new Transcript(credential);
  const limitMs = Math.max(1, Math.floor(budgetMs));
  const session = new Session(credential, transcript, AbortSignal.timeout(limitMs), limitMs);
  const failure = await session.run();
  const evidence = evidenceOf(credential, transcript, session, failure);
  await session.quit();
  return evidence;
}

function evidenceOf(
  { endpoint: { host, port, security } }: Credential,
  transcript: Transcript,
  { tls, used }: Session,
  failure: Failure | null,
): LoginEvidence {
  const { stage, authSent, greeting, offered, lastReply } = transcript;
  const timings = transcript.timings();
  const reply = failure?.kind === 'reply' ? failure.reply : lastReply;
  return {
    endpoint: { host, port, security },
    stage,
    failure,
    authSent,
    tls,
    offered,
    used,
    greeting,
    reply,
    timings,
  };
}

/** The steps of one login; its fields are what they left behind. */
class Session {
  tls: TlsFacts | null = null;
  used: AuthMethod | null = null;
  #connection: SmtpConnection | undefined;
  readonly #credential: Credential;
  readonly #transcript: Transcript;
  readonly #signal: AbortSignal;
  readonly #budgetMs: number;

  constructor(credential: Credential, transcript: Transcript, signal: AbortSignal, budgetMs: number) {
    this.#credential = credential;
    this.#transcript = transcript;
    this.#signal = signal;
    this.#budgetMs = budgetMs;
  }

  /** Null when the server said 235. */
  async run(): Promise<Failure | null> {
    try {
      await this.#greet();
      return await this.#authenticate();
    } catch (error) {
      // Once the deadline has cut the socket, whatever error that caused says nothing about the server.
      return this.#signal.aborted ? { kind: 'timeout' } : classifyFailure(error, this.#transcript);
    }
  }

  async #greet(): Promise<void> {
    const { endpoint } = this.#credential;
    // Before the dial, so that no open connection waits for it without a listener.
    const { default: Connection } = await import('nodemailer/lib/smtp-connection');
    const socket = await dial(endpoint, (stage) => this.#transcript.enter(stage), this.#signal);
    if (socket instanceof TLSSocket) this.tls = tlsFacts(socket, Date.now());
    this.#transcript.enter('greeting');
    const connection = new Connection({
      host: endpoint.host,
      port: endpoint.port,
      connection: socket,
      secure: endpoint.security === 'tls',
      secured: endpoint.security === 'tls',
      requireTLS: true,
      tls: tlsOptions(endpoint),
      connectionTimeout: this.#budgetMs,
      greetingTimeout: this.#budgetMs,
      socketTimeout: this.#budgetMs,
      socketCloseTimeout: 0,
      debug: true,
      logger: observer(this.#transcript),
    });
    this.#connection = connection;
    await this.#step((done) => connection.connect(done));
  }

  async #authenticate(): Promise<Failure | null> {
    const socket = this.#verifiedSocket();
    this.tls ??= tlsFacts(socket, Date.now());
    const offered = this.#transcript.offered ?? [];
    if (offered.length === 0) return { kind: 'auth-not-offered' };
    this.used = chooseMethod(offered, this.#credential.authMethod);
    if (!this.used) return { kind: 'no-common-mechanism' };
    this.#transcript.enter('auth');
    const { username, password } = this.#credential;
    const auth = { user: username, pass: password.reveal(), method: this.used };
    await this.#step((done) => this.#connection?.login(auth, done));
    const { lastReply } = this.#transcript;
    // nodemailer takes any 2yz for a success; RFC 4954 section 4 knows only 235.
    if (lastReply?.code !== 235)
      return lastReply ? { kind: 'reply', reply: lastReply } : { kind: 'protocol' };
    this.#transcript.enter('done');
    return null;
  }

  #verifiedSocket(): TLSSocket {
    const socket = this.#connection?._socket;
    if (socket instanceof TLSSocket && socket.authorized) return socket;
    throw new Error('bug: a login reached AUTH without verified TLS');
  }

  /** One nodemailer call, ended by its callback, by the connection's `error` event, or by the deadline. */
  #step(call: (done: (error?: Error | null) => void) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      const abort = () => reject(this.#signal.reason);
      this.#signal.addEventListener('abort', abort, { once: true });
      if (this.#signal.aborted) abort();
      this.#connection?.once('error', reject);
      call((error) => (error ? reject(error) : resolve()));
    });
  }

  async quit(): Promise<void> {
    const connection = this.#connection;
    if (!connection) return;
    connection.on('error', () => {});
    if (this.#transcript.stage === 'done') {
      const ended = once(connection, 'end', { signal: AbortSignal.timeout(QUIT_LIMIT_MS) });
      connection.quit();
      await ended.catch(() => {});
    }
    connection.close();
  }
}

function chooseMethod(offered: readonly string[], wanted: AuthMethod | undefined): AuthMethod | null {
  return (wanted ? [wanted] : PREFERENCE).find((method) => offered.includes(method)) ?? null;
}

/** nodemailer logs each command (credentials masked) and each reply at `debug`, told apart by `tnx`. */
function observer(transcript: Transcript) {
  const debug = ({ tnx }: { tnx?: string }, message?: unknown) => {
    if (tnx === 'client') transcript.sent(String(message));
    if (tnx === 'server') transcript.received(String(message));
  };
  const ignore = () => {};
  return { level: ignore, trace: ignore, debug, info: ignore, warn: ignore, error: ignore, fatal: ignore };
}
