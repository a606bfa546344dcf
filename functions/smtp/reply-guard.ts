import type net from 'node:net';
import type { Failure } from './evidence.ts';
import { TLS_SPOKEN } from './verdicts/tls.ts';

/** RFC 5321 section 4.5.3.1.5 allows 512 octets a line; all that a real server says in a login stays below 8 KiB. */
const LIMIT_BYTES = 64 * 1024;
/** RFC 5321 section 4.2.1. */
const CONTINUES = /^\d+-/;
/** RFC 5321 section 3.8: a server that shuts down may say so at any time. */
const MAY_COME_UNASKED = /^421[ -]/;
/** Characters of a line's beginning that tell what it is. */
const HEAD = 16;

/**
 * Sees each byte a server sends ahead of nodemailer, which keeps replies that nobody asked for and takes them for the
 * answers to later commands: a 535 sent along with the EHLO reply would pass for the refusal of a login.
 * What breaks the protocol ends the connection, so that no further command goes out.
 */
export class ReplyGuard {
  #socket: net.Socket | undefined;
  /** How many replies are due: more than one when QUIT follows AUTH at once, any number before a handshake. */
  #awaited = 1;
  /** The beginning of a line whose end has not come yet. */
  #head = '';
  #bytes = 0;
  #breach: Failure | null = null;

  /** The connection, and after STARTTLS its successor; before nodemailer listens to it. */
  watch(socket: net.Socket): void {
    if (socket === this.#socket) return;
    this.#socket = socket;
    this.#head = '';
    socket.prependListener('data', (chunk: Buffer) => this.#see(chunk));
  }

  /** To be told of each command before it is sent. */
  asked(command: string): void {
    const before = Number.isFinite(this.#awaited) ? this.#awaited : 0;
    // Whatever comes behind the reply to STARTTLS is thrown away unread (RFC 3207 section 4.2).
    this.#awaited = /^STARTTLS$/i.test(command) ? Number.POSITIVE_INFINITY : before + 1;
  }

  /** Whether the server has answered everything. */
  get isIdle(): boolean {
    return this.#awaited === 0;
  }

  /** Whether the last line has no end yet: a reply that was cut off is none. */
  get isMidLine(): boolean {
    return this.#head !== '';
  }

  /** How the server broke the protocol, so that nothing may be said to it any more; null while it has not. */
  get breach(): Failure | null {
    return this.#breach;
  }

  #see(chunk: Buffer): void {
    if (this.#bytes === 0 && isTlsRecord(chunk)) this.#refuse('TLS', { kind: 'tls', code: TLS_SPOKEN });
    this.#bytes += chunk.length;
    if (this.#bytes > LIMIT_BYTES) this.#refuse('more than 64 KiB in one login');
    const lines = (this.#head + chunk.toString('latin1')).split('\n');
    const rest = lines.pop() ?? '';
    for (const line of lines) this.#take(line);
    this.#head = rest.trim() === '' ? '' : rest.slice(0, HEAD);
    if (this.isMidLine) this.#expect(rest);
  }

  #take(line: string): void {
    // nodemailer skips empty lines too.
    if (line.trim() === '') return;
    this.#expect(line);
    if (!CONTINUES.test(line)) this.#awaited = Math.max(0, this.#awaited - 1);
  }

  #expect(line: string): void {
    if (this.#awaited === 0 && !MAY_COME_UNASKED.test(line)) this.#refuse('a reply to nothing');
  }

  #refuse(why: string, breach: Failure = { kind: 'protocol' }): void {
    this.#breach ??= breach;
    this.#socket?.destroy(new Error(`unexpected from the server: ${why}`));
  }
}

/** RFC 8446 section 5.1: a record begins with its type (an alert is 21, a handshake 22) and a version of 3.x. */
function isTlsRecord([type, major]: Buffer): boolean {
  return (type === 21 || type === 22) && major === 3;
}
