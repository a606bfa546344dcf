import { randomBytes } from 'node:crypto';

/** One or more TLS records that carry `content`, in pieces of `size` octets. */
export function record(type: number, content: Buffer, version = 0x0303, size = 2 ** 14): Buffer {
  const pieces: Buffer[] = [];
  for (let at = 0; at < content.length; at += size) {
    const piece = content.subarray(at, at + size);
    const head = Buffer.from([type, version >> 8, version & 0xff, piece.length >> 8, piece.length & 0xff]);
    pieces.push(head, piece);
  }
  return Buffer.concat(pieces);
}

export interface Chosen {
  readonly version: number;
  readonly suite: number;
  readonly recordSize?: number;
}

/** A ServerHello, as a real server writes it; TLS 1.3 says its version in an extension. */
export function serverHello({ version, suite, recordSize }: Chosen): Buffer {
  const legacy = Math.min(version, 0x0303);
  const extension = version > 0x0303 ? Buffer.from('0006002b0002', 'hex') : Buffer.alloc(0);
  const body = Buffer.concat([
    uint16(legacy),
    randomBytes(32),
    Buffer.from([0]),
    uint16(suite),
    Buffer.from([0]),
    extension,
    extension.length > 0 ? uint16(version) : Buffer.alloc(0),
  ]);
  return record(22, message(2, body), legacy, recordSize);
}

/** A ServerKeyExchange of DHE with a prime of so many bits, and a leading zero octet as some servers send it. */
export function keyExchange(bits: number): Buffer {
  const prime = Buffer.alloc(Math.ceil(bits / 8), 0xff);
  prime[0] = 0xff >> (prime.length * 8 - bits);
  const padded = Buffer.concat([Buffer.from([0]), prime]);
  const body = Buffer.concat([
    uint16(padded.length),
    padded,
    uint16(1),
    Buffer.from([2]),
    uint16(1),
    Buffer.from([4]),
  ]);
  return record(22, message(12, body));
}

export function alert(level: number, description: number): Buffer {
  return record(21, Buffer.from([level, description]), 0x0301);
}

function message(type: number, body: Buffer): Buffer {
  return Buffer.concat([Buffer.from([type, 0]), uint16(body.length), body]);
}

function uint16(value: number): Buffer {
  return Buffer.from([value >> 8, value & 0xff]);
}
