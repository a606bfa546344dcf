import { randomBytes } from 'node:crypto';
import type net from 'node:net';
import { brotliCompressSync, constants, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { oneOf } from '../../support/share.ts';

/** What a server does once a request has come. */
export type HostileAnswer = (socket: net.Socket) => void;

const MIB = 1024 * 1024;
const head = (status: number | string, headers: string, length?: number) =>
  `HTTP/1.1 ${status} X\r\nConnection: close\r\n${headers}${length === undefined ? '' : `Content-Length: ${length}\r\n`}\r\n`;

const ends =
  (text: string, body: string | Buffer = ''): HostileAnswer =>
  (socket) => {
    socket.write(text);
    socket.end(body);
  };

/** The same again and again, as fast as the other side takes it, or slowly. */
function endless(text: string, more: string, pauseMs = 0): HostileAnswer {
  return (socket) => {
    socket.write(text);
    const goOn = () => {
      if (pauseMs > 0) return void (socket.writable && socket.write(more) && setTimeout(goOn, pauseMs));
      while (socket.writable && socket.write(more));
    };
    socket.on('drain', goOn);
    goOn();
  };
}

const STATUSES = [
  301, 302, 303, 307, 308, 400, 401, 403, 404, 405, 409, 410, 412, 418, 422, 429, 500, 501, 502, 503, 504,
  599,
];

const LOCATION = 'Location: /again\r\n';

/** On a closing connection, unread: what ended the process (nodejs/undici#5360). With a length and without. */
export const ERRORS: readonly (readonly [string, HostileAnswer])[] = STATUSES.flatMap((status) =>
  [70_000, MIB - 1].flatMap((size): [string, HostileAnswer][] => [
    [`${status} with ${size} bytes`, ends(head(status, LOCATION, size), Buffer.alloc(size, 'x'))],
    [`${status} with ${size} bytes to the end`, ends(head(status, LOCATION), Buffer.alloc(size, 'x'))],
  ]),
);

function bombs(): [string, HostileAnswer][] {
  const tenMiB = Buffer.alloc(10 * MIB);
  const gzip = Buffer.concat(Array.from({ length: 30 }, () => gzipSync(tenMiB)));
  const large = Buffer.alloc(100 * MIB);
  const quick = { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } };
  const codings: [string, string, Buffer][] = [
    ['gzip', '300 MiB', gzip],
    ['deflate', '100 MiB', deflateSync(large, { level: 1 })],
    ['br', '100 MiB', brotliCompressSync(large, quick)],
    ['zstd', '100 MiB', zstdCompressSync(large)],
    ['gzip, gzip', '300 MiB, twice compressed', gzipSync(gzip)],
    ['unheard-of', '300 MiB', gzip],
  ];
  return [200, 403].flatMap((status) =>
    codings.map(([coding, size, body]): [string, HostileAnswer] => [
      `${status} with ${size} of zeros as ${coding}`,
      ends(head(status, `Content-Encoding: ${coding}\r\n`, body.length), body),
    ]),
  );
}

/** Read whole, decompressed: the same end of the process, while a body is read. */
function compressed(): [string, HostileAnswer][] {
  return [700_000, 900_000].flatMap((size) => {
    const body = gzipSync(randomBytes(size));
    return [200, 503].map((status): [string, HostileAnswer] => [
      `${status} with ${size} bytes, compressed`,
      ends(head(status, 'Content-Encoding: gzip\r\n', body.length), body),
    ]);
  });
}

/** Each costs as much as a whole chunk: a million of them took our clients seconds. */
const BYTES = 1_000_000 / oneOf(10);
const CHUNKED = head(200, 'Transfer-Encoding: chunked\r\n');
const deep = (depth: number) => '['.repeat(depth);

/** All others that come to an end by themselves, or by a limit on their size. */
export const ANSWERS: ReadonlyMap<string, HostileAnswer> = new Map([
  ...compressed(),
  ['an endless body', endless(head(200, ''), 'x'.repeat(65_536))],
  ['an endless error', endless(head(503, ''), 'x'.repeat(65_536))],
  ['an endless header', endless('HTTP/1.1 200 X\r\n', `A: ${'x'.repeat(1000)}\r\n`)],
  ['endless chunk extensions', endless(`${CHUNKED}1;`, `a=${'x'.repeat(1000)};`)],
  ['chunks of one byte', ends(CHUNKED, `${'1\r\nx\r\n'.repeat(BYTES)}0\r\n\r\n`)],
  ['a body shorter than its length', ends(head(200, '', 5000), '{"short":')],
  ['a body longer than its length', ends(head(200, '', 2), '{}'.repeat(40_000))],
  ['no length that a number could hold', ends(head(200, 'Content-Length: 99999999999999999999\r\n'), '{}')],
  ['two lengths', ends(head(200, 'Content-Length: 5\r\nContent-Length: 70000\r\n'), 'x'.repeat(70_000))],
  ['a bad chunk in the packet of the headers', ends(`${CHUNKED}ZZZ\r\n`)],
  ['a chunk that is cut off', ends(`${CHUNKED}FFFF\r\nabc`)],
  ['204 with a body', ends(head(204, '', 70_000), 'x'.repeat(70_000))],
  ['304 with a body', ends(head(304, '', 70_000), 'x'.repeat(70_000))],
  ['204 that is compressed, with nothing', ends(head(204, 'Content-Encoding: gzip\r\n'))],
  ['200 that is compressed, with nothing', ends(head(200, 'Content-Encoding: gzip\r\n', 0))],
  ['what is not compressed', ends(head(200, 'Content-Encoding: gzip\r\n'), 'x'.repeat(70_000))],
  [
    'what is cut off, compressed',
    ends(head(200, 'Content-Encoding: gzip\r\n'), gzipSync('x'.repeat(9999)).subarray(0, 30)),
  ],
  [
    'another protocol',
    ends('HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n', 'x'.repeat(70_000)),
  ],
  [
    'a thousand interim answers',
    ends('HTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\n'.repeat(1000) + head(200, '', 2), '{}'),
  ],
  ['a status that is none', ends(head(999, '', 70_000), 'x'.repeat(70_000))],
  ['a status of four digits', ends(head(2000, '', 2), '{}')],
  ['no HTTP', ends('SSH-2.0-OpenSSH_9.9\r\n')],
  ['nothing', (socket) => socket.end()],
  ['a reset', (socket) => ('encrypted' in socket ? socket.destroy() : socket.resetAndDestroy())],
  ['no JSON', ends(head(200, ''), '<!doctype html>')],
  ['JSON that is nested a million deep', ends(head(200, ''), deep(1_000_000))],
  ['JSON that is nested ten million deep', ends(head(200, ''), deep(10_000_000))],
  [
    'JSON that is nested deep, and whole',
    ends(head(200, ''), `{"result":${deep(400_000)}${']'.repeat(400_000)}}`),
  ],
] satisfies [string, HostileAnswer][]);

/** Small on the way, and huge once they are decompressed. */
export const BOMBS: ReadonlyMap<string, HostileAnswer> = new Map(bombs());

/** Those that only a deadline ends. */
export const HANGING: ReadonlyMap<string, HostileAnswer> = new Map([
  ['silence', () => {}],
  ['a body that stops', (socket) => void socket.write(`${head(200, '', 5000)}{"a":`)],
  ['an error that stops', (socket) => void socket.write(`${head(503, '', 5000)}busy`)],
  ['a body that drips', endless(head(200, ''), ' ', 20)],
  ['headers that drip', endless('HTTP/1.1 200 X\r\n', 'A: b\r\n', 20)],
  ['interim answers without end', endless('', 'HTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\n')],
  ['empty compressed blocks without end', endless(head(200, 'Content-Encoding: gzip\r\n'), '', 20)],
] satisfies [string, HostileAnswer][]);
