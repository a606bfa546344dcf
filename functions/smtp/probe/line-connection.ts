import type net from 'node:net';
import type tls from 'node:tls';
import { beginTls } from '../../net/connect.ts';
import { Interrupted, interruptedBy } from './interrupted.ts';
import { ReplyBuffer } from './reply-buffer.ts';

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
  readonly #replies = new ReplyBuffer();
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
      const reply = this.#replies.take();
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
    this.#replies.clear();
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
    try {
      if (this.#octets) this.#octets = Buffer.concat([this.#octets, chunk]);
      else this.#replies.push(chunk);
      this.#wake();
    } catch (error) {
      this.#fail(error);
      this.#socket.destroy();
    }
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

/** When a stage that begins now has to be over, in ms of `performance.now()`. */
export function stageEnd(deadline: number): number {
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
