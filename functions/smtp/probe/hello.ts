import { isIP } from 'node:net';
import type { TlsVersion } from './facts.ts';

/** As they stand in a hello: RFC 6101 appendix A.1, RFC 8446 section 4.1.2. */
export const VERSION_NUMBERS: Readonly<Record<TlsVersion, number>> = {
  SSLv3: 0x0300,
  TLSv1: 0x0301,
  'TLSv1.1': 0x0302,
  'TLSv1.2': 0x0303,
  'TLSv1.3': 0x0304,
};

/** TLS_EMPTY_RENEGOTIATION_INFO_SCSV, RFC 5746 section 3.3: some servers talk to nobody without it. */
const RENEGOTIATION = 0x00ff;
const HANDSHAKE = 22;
const CLIENT_HELLO = 1;
/** x25519, secp256r1, secp384r1, secp521r1, x448. */
const CURVES = [29, 23, 24, 25, 30];
/**
 * X25519MLKEM768, and ffdhe2048 to ffdhe8192. Not below TLS 1.3: GnuTLS takes one of them (RFC 7919 section 4) in place
 * of the shorter group that it gives to whoever offers none.
 */
const TLS13_GROUPS = [0x11ec, ...CURVES, 256, 257, 258, 259, 260];
/** ECDSA, RSA-PSS, EdDSA and RSA with SHA-256 and longer, then with SHA-1, so that no server fails for want of one. */
const SIGNATURES = [
  0x0403, 0x0503, 0x0603, 0x0804, 0x0805, 0x0806, 0x0807, 0x0808, 0x0401, 0x0501, 0x0601, 0x0203, 0x0201,
  0x0202, 0x0402,
];

export interface ClientHello {
  /** The highest version that is offered; TLS 1.3 is offered alone. */
  readonly version: TlsVersion;
  readonly suites: readonly number[];
  readonly host: string;
  /** 32 octets. */
  readonly random: Buffer;
}

/**
 * A ClientHello in its TLS record, ready to be sent (RFC 5246 section 7.4.1.2, RFC 8446 section 4.1.2). In TLS 1.3 it
 * brings no key share, which asks the server to name its group in a HelloRetryRequest: no key has to be made.
 */
export function encodeClientHello({ version, suites, host, random }: ClientHello): Buffer {
  const number = Math.min(VERSION_NUMBERS[version], VERSION_NUMBERS['TLSv1.2']);
  const offered = version === 'TLSv1.3' ? suites : [...suites, RENEGOTIATION];
  const body = Buffer.concat([
    uint(2, number),
    random,
    // RFC 8446 appendix D.4: a session id that is not empty gets a TLS 1.3 hello past middleboxes.
    vector(1, version === 'TLSv1.3' ? random : Buffer.alloc(0)),
    vector(2, uints(offered)),
    vector(1, Buffer.from([0])),
    version === 'SSLv3' ? Buffer.alloc(0) : vector(2, extensions(version, host)),
  ]);
  const message = Buffer.concat([Buffer.from([CLIENT_HELLO]), vector(3, body)]);
  const recordVersion = Math.min(number, VERSION_NUMBERS.TLSv1);
  return Buffer.concat([Buffer.from([HANDSHAKE]), uint(2, recordVersion), vector(2, message)]);
}

function extensions(version: TlsVersion, host: string): Buffer {
  const named = isIP(host) === 0 ? [serverName(host)] : [];
  const common = [
    extension(10, vector(2, uints(version === 'TLSv1.3' ? TLS13_GROUPS : CURVES))),
    extension(11, vector(1, Buffer.from([0]))),
    extension(13, vector(2, uints(SIGNATURES))),
    extension(23, Buffer.alloc(0)),
  ];
  return Buffer.concat([...named, ...common, ...(version === 'TLSv1.3' ? TLS13 : [])]);
}

/** RFC 6066 section 3. */
function serverName(host: string): Buffer {
  const name = Buffer.concat([Buffer.from([0]), vector(2, Buffer.from(host, 'latin1'))]);
  return extension(0, vector(2, name));
}

/** supported_versions, psk_key_exchange_modes, and a key_share that is empty. */
const TLS13: readonly Buffer[] = [
  extension(43, vector(1, uints([VERSION_NUMBERS['TLSv1.3']]))),
  extension(45, vector(1, Buffer.from([1]))),
  extension(51, vector(2, Buffer.alloc(0))),
];

function extension(type: number, content: Buffer): Buffer {
  return Buffer.concat([uint(2, type), vector(2, content)]);
}

function vector(lengthOctets: number, content: Buffer): Buffer {
  return Buffer.concat([uint(lengthOctets, content.length), content]);
}

function uints(values: readonly number[]): Buffer {
  return Buffer.concat(values.map((value) => uint(2, value)));
}

function uint(octets: number, value: number): Buffer {
  const out = Buffer.alloc(octets);
  out.writeUIntBE(value, 0, octets);
  return out;
}

/** A certificate chain has a few KiB; a server that sends more than this has no say any more. */
export const ANSWER_LIMIT_BYTES = 64 * 1024;

const ALERT = 21;
const WARNING = 1;
const CLOSE_NOTIFY = 0;
const SERVER_HELLO = 2;
const SERVER_KEY_EXCHANGE = 12;
const SERVER_HELLO_DONE = 14;
const SUPPORTED_VERSIONS = 43;
/** RFC 5246 section 6.2.3. */
const RECORD_LIMIT = 2 ** 14 + 2048;
const RECORD_HEADER = 5;
const MESSAGE_HEADER = 4;
const RANDOM = 32;

/** What a server answered to a ClientHello. `alert` is a number of RFC 8446 section 6. */
export type HelloAnswer =
  /** `dhBits`: the size of the prime of a DHE key exchange; null where none was read. */
  | {
      readonly kind: 'hello';
      readonly version: number;
      readonly suite: number;
      readonly dhBits: number | null;
    }
  | { readonly kind: 'alert'; readonly alert: number }
  | { readonly kind: 'garbled' };

export interface Wanted {
  /** Also wait for the ServerKeyExchange of a DHE suite, which comes after the certificate. */
  readonly prime: boolean;
}

const GARBLED = { kind: 'garbled' } as const;

interface Message {
  readonly type: number;
  readonly body: Buffer;
}

/**
 * Reads the octets that a server sent so far; null while more must come. Pure, never throws, whatever they are.
 * A HelloRetryRequest is a ServerHello (RFC 8446 section 4.1.4), and says as much: version and suite are chosen.
 */
export function readServerHello(received: Buffer, { prime }: Wanted): HelloAnswer | null {
  const { messages, end } = readRecords(received);
  const ended = end ?? (received.length > ANSWER_LIMIT_BYTES ? GARBLED : null);
  const [first, ...others] = messages;
  if (!first) return ended;
  const chosen = first.type === SERVER_HELLO ? readHello(first.body) : null;
  if (!chosen) return GARBLED;
  if (!prime) return { kind: 'hello', ...chosen, dhBits: null };
  const exchange = others.find(({ type }) => type === SERVER_KEY_EXCHANGE || type === SERVER_HELLO_DONE);
  if (!exchange && !ended) return null;
  const dhBits = exchange?.type === SERVER_KEY_EXCHANGE ? primeBits(exchange.body) : null;
  return { kind: 'hello', ...chosen, dhBits };
}

interface Records {
  readonly messages: readonly Message[];
  /** What ended the handshake; null while it goes on. */
  readonly end: HelloAnswer | null;
}

function readRecords(received: Buffer): Records {
  const parts: Buffer[] = [];
  let at = 0;
  let end = beginning(received);
  while (!end && at + RECORD_HEADER <= received.length) {
    const content = recordAt(received, at);
    if (content === null) break;
    if ('kind' in content) end = content;
    else if (content.type === HANDSHAKE) parts.push(content.body);
    else end = alertIn(content.body);
    at += RECORD_HEADER + received.readUInt16BE(at + 3);
  }
  return { messages: readMessages(Buffer.concat(parts)), end };
}

/** What is not TLS is known by its first octet, long before it is as long as a record. */
function beginning([first]: Buffer): HelloAnswer | null {
  return first === undefined || first === HANDSHAKE || first === ALERT ? null : GARBLED;
}

/** Null while its end has not come. */
function recordAt(received: Buffer, at: number): Message | typeof GARBLED | null {
  const type = received.readUInt8(at);
  const length = received.readUInt16BE(at + 3);
  const start = at + RECORD_HEADER;
  const isTls = received[at + 1] === 3 && (type === HANDSHAKE || type === ALERT);
  if (!isTls || length === 0 || length > RECORD_LIMIT) return GARBLED;
  return start + length > received.length ? null : { type, body: received.subarray(start, start + length) };
}

/** A warning (such as unrecognized_name, RFC 6066 section 3) does not end a handshake. */
function alertIn(record: Buffer): HelloAnswer | null {
  const [level, alert] = record;
  if (record.length !== 2 || alert === undefined) return GARBLED;
  return level === WARNING && alert !== CLOSE_NOTIFY ? null : { kind: 'alert', alert };
}

function readMessages(octets: Buffer): Message[] {
  const messages: Message[] = [];
  let at = 0;
  while (at + MESSAGE_HEADER <= octets.length) {
    const start = at + MESSAGE_HEADER;
    const end = start + octets.readUIntBE(at + 1, 3);
    if (end > octets.length) break;
    messages.push({ type: octets.readUInt8(at), body: octets.subarray(start, end) });
    at = end;
  }
  return messages;
}

function readHello(body: Buffer): { version: number; suite: number } | null {
  const idLength = body[2 + RANDOM];
  if (idLength === undefined || idLength > 32) return null;
  const at = 2 + RANDOM + 1 + idLength;
  if (at + 3 > body.length) return null;
  const version = selectedVersion(body.subarray(at + 3)) ?? body.readUInt16BE(0);
  return version >> 8 === 3 ? { version, suite: body.readUInt16BE(at) } : null;
}

/** RFC 8446 section 4.2.1: TLS 1.3 stands in an extension, and the old field says TLS 1.2. */
function selectedVersion(extensions: Buffer): number | null {
  let at = 2;
  while (at + 4 <= extensions.length) {
    const length = extensions.readUInt16BE(at + 2);
    const content = extensions.subarray(at + 4, at + 4 + length);
    if (extensions.readUInt16BE(at) === SUPPORTED_VERSIONS && content.length === 2)
      return content.readUInt16BE(0);
    at += 4 + length;
  }
  return null;
}

/** RFC 5246 section 7.4.3: the prime comes first, with its length. Zero octets in front of it do not count. */
function primeBits(body: Buffer): number | null {
  if (body.length < 2) return null;
  const prime = body.subarray(2, 2 + body.readUInt16BE(0));
  if (prime.length !== body.readUInt16BE(0)) return null;
  const first = prime.findIndex((octet) => octet !== 0);
  const top = prime[first];
  return top === undefined ? null : 8 * (prime.length - first - 1) + (32 - Math.clz32(top));
}
