import { Interrupted } from './interrupted.ts';

/** RFC 5321 section 4.5.3.1.5 allows 512 octets a line; EHLO replies of real servers stay below 2 KiB. */
const LIMIT_BYTES = 16 * 1024;
const REPLY_LINE = /^\d{3}(?:[- ]|\r?$)/;

/** Cuts what a server sends into complete replies (RFC 5321 section 4.2), however the packets fall. */
export class ReplyBuffer {
  #text = '';

  /** Throws `Interrupted` when the server sends more than 16 KiB that nobody asked for. */
  push(chunk: Buffer): void {
    // One character an octet, so that a character split between two packets survives.
    this.#text += chunk.toString('latin1');
    if (this.#text.length > LIMIT_BYTES) throw new Interrupted('protocol-error', 'reply too long');
  }

  /** The next reply, all its lines, or undefined while some are missing. Throws `Interrupted` if it is not SMTP. */
  take(): string | undefined {
    const length = this.#replyLength();
    if (length === 0) return undefined;
    const reply = this.#text.slice(0, length);
    this.#text = this.#text.slice(length);
    return Buffer.from(reply.trimEnd(), 'latin1').toString('utf8');
  }

  clear(): void {
    this.#text = '';
  }

  #replyLength(): number {
    let start = 0;
    for (;;) {
      const newline = this.#text.indexOf('\n', start);
      if (newline === -1) return 0;
      const line = this.#text.slice(start, newline);
      if (!REPLY_LINE.test(line)) throw new Interrupted('protocol-error', 'not SMTP');
      start = newline + 1;
      if (line[3] !== '-') return start;
    }
  }
}
