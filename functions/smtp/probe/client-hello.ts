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
