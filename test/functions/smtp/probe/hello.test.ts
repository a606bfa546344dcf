import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  SUITES,
  suitesOf,
  TLS_VERSIONS,
  TLS13_SUITES,
  type TlsVersion,
  VERSION_SUITES,
  WEAK_CLASSES,
} from '../../../../functions/smtp/probe/facts.ts';
import {
  ANSWER_LIMIT_BYTES,
  encodeClientHello,
  readServerHello,
  VERSION_NUMBERS,
} from '../../../../functions/smtp/probe/hello.ts';
import { alert, keyExchange, record, serverHello } from './server-hello-bytes.ts';

const RANDOM = Buffer.alloc(32, 7);
const LEAST = { prime: false };

const hello = (version: TlsVersion, suites: readonly number[] = VERSION_SUITES, host = 'mail.example.com') =>
  encodeClientHello({ version, suites, host, random: RANDOM });

describe('a ClientHello', () => {
  it.each(TLS_VERSIONS)('of %s has lengths that add up, whatever suites and host it has', (version) => {
    fc.assert(
      fc.property(fc.array(fc.nat(0xffff), { maxLength: 300 }), fc.domain(), (suites, host) => {
        const bytes = hello(version, suites, host);
        expect(bytes.readUInt16BE(3)).toBe(bytes.length - 5);
        expect(bytes.readUIntBE(6, 3)).toBe(bytes.length - 9);
        const idLength = bytes.readUInt8(43);
        const suitesLength = bytes.readUInt16BE(44 + idLength);
        const scsv = version === 'TLSv1.3' ? 0 : 2;
        expect(suitesLength).toBe(2 * suites.length + scsv);
        const after = 46 + idLength + suitesLength + 2;
        if (version === 'SSLv3') expect(bytes.length).toBe(after);
        else expect(bytes.readUInt16BE(after)).toBe(bytes.length - after - 2);
      }),
    );
  });

  it('of TLS 1.3 says TLS 1.2 where old servers look, and itself in an extension', () => {
    const bytes = hello('TLSv1.3', TLS13_SUITES);
    expect(bytes.readUInt16BE(9)).toBe(0x0303);
    expect(bytes.includes(Buffer.from('002b0003020304', 'hex'))).toBe(true);
  });

  it('below TLS 1.3 names no Diffie-Hellman group, in place of which a server would hide a shorter one', () => {
    const groups = (bytes: Buffer) => {
      const at = bytes.indexOf(Buffer.from('000a00', 'hex'));
      const list = bytes.subarray(at + 6, at + 6 + bytes.readUInt16BE(at + 4));
      return list.toString('hex').match(/.{4}/g);
    };
    expect(groups(hello('TLSv1.3', TLS13_SUITES))).toContain('0100');
    expect(groups(hello('TLSv1.2', SUITES.dhe))).toEqual(['001d', '0017', '0018', '0019', '001e']);
  });

  it('names the host, but never an IP address (RFC 6066 section 3)', () => {
    expect(hello('TLSv1.2').includes('mail.example.com')).toBe(true);
    for (const address of ['192.0.2.1', '2001:db8::1'])
      expect(hello('TLSv1.2', VERSION_SUITES, address).includes(address)).toBe(false);
  });
});

describe('the classes of cipher suites', () => {
  it('that are weak share no suite, so the one chosen tells its class', () => {
    const all = WEAK_CLASSES.flatMap((name) => SUITES[name]);
    expect(new Set(all).size).toBe(all.length);
  });

  it('are offered without repetition', () => {
    expect(new Set(suitesOf(['cbc', 'ecdhe', 'dhe'])).size).toBe(suitesOf(['cbc', 'ecdhe', 'dhe']).length);
  });
});

describe('a ServerHello', () => {
  it.each(TLS_VERSIONS)('of %s is read to its version and suite', (version) => {
    const answer = readServerHello(serverHello({ version: VERSION_NUMBERS[version], suite: 0xc02f }), LEAST);
    expect(answer).toEqual({ kind: 'hello', version: VERSION_NUMBERS[version], suite: 0xc02f, dhBits: null });
  });

  it('is read however it is cut into packets and records', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 120 }), (size, cut) => {
        const whole = serverHello({ version: 0x0303, suite: 0x0005, recordSize: size });
        const early = readServerHello(whole.subarray(0, Math.min(cut, whole.length - 1)), LEAST);
        expect(early).toBeNull();
        expect(readServerHello(whole, LEAST)).toMatchObject({ kind: 'hello', suite: 0x0005 });
      }),
    );
  });

  it.each([1024, 1023, 2048, 4096, 512])('with a prime of %d bits behind the certificate', (bits) => {
    const flight = Buffer.concat([
      serverHello({ version: 0x0303, suite: 0x0033 }),
      record(22, Buffer.from([11, 0, 0, 3, 0, 0, 0])),
    ]);
    expect(readServerHello(flight, { prime: true })).toBeNull();
    const answer = readServerHello(Buffer.concat([flight, keyExchange(bits)]), { prime: true });
    expect(answer).toMatchObject({ dhBits: bits });
  });

  it.each([
    ['a fatal alert', alert(2, 40), { kind: 'alert', alert: 40 }],
    ['close_notify', alert(1, 0), { kind: 'alert', alert: 0 }],
    ['a warning alone', alert(1, 112), null],
    ['an SMTP reply', Buffer.from('454 4.7.0 TLS not available\r\n'), { kind: 'garbled' }],
    ['a single octet of it', Buffer.from('4'), { kind: 'garbled' }],
    ['nothing', Buffer.alloc(0), null],
    ['an empty record', Buffer.from('1603030000', 'hex'), { kind: 'garbled' }],
    ['another message', record(22, Buffer.from([0, 0, 0, 0])), { kind: 'garbled' }],
    ['endless handshake', record(22, Buffer.from([2, 0xff, 0xff, 0xff])), null],
  ])('in place of which %s comes', (_name, bytes, expected) => {
    expect(readServerHello(bytes, LEAST)).toEqual(expected);
  });

  it('after a warning is read', () => {
    const bytes = Buffer.concat([alert(1, 112), serverHello({ version: 0x0301, suite: 0x0004 })]);
    expect(readServerHello(bytes, LEAST)).toMatchObject({ kind: 'hello', version: 0x0301 });
  });
});

describe('whatever a server sends', () => {
  const start = fc.constantFrom(
    Buffer.alloc(0),
    Buffer.from('1603', 'hex'),
    serverHello({ version: 0x0303, suite: 1 }),
  );

  it('never throws', () => {
    fc.assert(
      fc.property(start, fc.uint8Array({ maxLength: 600 }), fc.boolean(), (head, tail, prime) => {
        expect(() => readServerHello(Buffer.concat([head, tail]), { prime })).not.toThrow();
      }),
      { numRuns: 2000 },
    );
  });

  it('is a mutation of a good answer: never throws either', () => {
    const good = Buffer.concat([serverHello({ version: 0x0303, suite: 0x0033 }), keyExchange(1024)]);
    fc.assert(
      fc.property(fc.nat(good.length - 1), fc.nat(255), fc.nat(good.length), (at, value, length) => {
        const bytes = Buffer.from(good.subarray(0, length));
        if (at < bytes.length) bytes[at] = value;
        expect(() => readServerHello(bytes, { prime: true })).not.toThrow();
      }),
      { numRuns: 2000 },
    );
  });

  it('and however it is cut into packets, has the same answer of the closed set, or none yet', () => {
    const good = Buffer.concat([serverHello({ version: 0x0303, suite: 0x0033 }), keyExchange(1024)]);
    const changed = fc
      .tuple(fc.nat(good.length), fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { maxLength: 3 }))
      .map(([length, changes]) => {
        const bytes = Buffer.from(good);
        for (const [at, octet] of changes) bytes[at] = octet;
        return bytes.subarray(0, length);
      });
    const any = fc
      .tuple(start, fc.uint8Array({ maxLength: 300 }))
      .map(([head, tail]) => Buffer.concat([head, tail]));
    const cuts = fc.array(fc.nat(600), { maxLength: 12 });
    fc.assert(
      fc.property(fc.oneof(any, changed), cuts, fc.boolean(), (bytes, ends, prime) => {
        const lengths = [...ends.filter((end) => end < bytes.length), bytes.length].toSorted((a, b) => a - b);
        const answers = lengths.map((length) => readServerHello(bytes.subarray(0, length), { prime }));
        const answer = answers.find((one) => one !== null) ?? null;
        expect(['hello', 'alert', 'garbled', undefined]).toContain(answer?.kind);
        expect(answer).toEqual(readServerHello(bytes, { prime }));
      }),
      { numRuns: 3000 },
    );
  });

  it('has its answer at 64 KiB at the latest, so no more is ever kept', () => {
    const records = fc.array(fc.integer({ min: 1, max: 2 ** 14 }), { minLength: 80, maxLength: 90 });
    fc.assert(
      fc.property(records, fc.constantFrom(1, 2, 11, 12, 255), fc.boolean(), (sizes, type, prime) => {
        const flood = Buffer.concat(sizes.map((size) => record(22, Buffer.alloc(size, type))));
        if (flood.length <= ANSWER_LIMIT_BYTES) return;
        expect(readServerHello(flood, { prime })).not.toBeNull();
      }),
      { numRuns: 20 },
    );
  });
});
