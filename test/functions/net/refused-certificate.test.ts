import { once } from 'node:events';
import net from 'node:net';
import tls from 'node:tls';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { endsIn, exchange } from '../../../functions/net/http.ts';
import { send } from '../../../functions/net/send.ts';
import { openMysql } from '../../../functions/providers/sql/mysql.ts';
import { openPostgresql } from '../../../functions/providers/sql/postgresql.ts';
import { Redacted } from '../../../functions/secrets/redacted.ts';
import { login } from '../../../functions/smtp/login.ts';
import { createAuthority, type Leaf } from '../../../sandbox/certificates.ts';
import { loopbackNetwork } from '../../support/loopback-network.ts';
import { listen } from '../../support/smtp-servers.ts';

/** All that a server says within this is one packet: what it says as soon as its handshake is done comes along with that. */
const TOGETHER_MS = 30;
const LIMIT_MS = 5000;
const PASSWORD = 'canary-9b1e4f7a';
const VERSIONS = ['TLSv1.2', 'TLSv1.3'] as const;
type Version = (typeof VERSIONS)[number];

let leaf: Leaf;
let trusted: string;
beforeAll(async () => {
  leaf = await (await createAuthority('nobody trusts this')).issue({ names: ['localhost'] });
  trusted = (await createAuthority('another')).cert;
});

const open: net.Server[] = [];
afterEach(() => {
  for (const server of open.splice(0)) server.close();
});

interface Impostor {
  readonly version: Version;
  /** Resolves when TLS begins. */
  readonly before?: (socket: net.Socket) => Promise<unknown>;
  /** Said as soon as the handshake is done, and again to whatever is heard. */
  readonly says: Buffer | string;
}

/** A server whose certificate nobody trusts; `heard`: all that it was told after the handshake. */
async function impostor({ version, before, says }: Impostor) {
  let heard = '';
  const server = net.createServer(async (socket) => {
    socket.on('error', () => {});
    await before?.(socket);
    const secureContext = tls.createSecureContext({ ...leaf, maxVersion: version, minVersion: version });
    const secure = new tls.TLSSocket(socket, { isServer: true, secureContext });
    secure.on('error', () => {}).on('secure', () => secure.write(says));
    secure.on('data', (chunk) => {
      heard += chunk.toString('latin1');
      secure.write(says);
    });
  });
  open.push(server);
  const port = await together(await listen(server));
  return { port, heard: () => heard };
}

/** In front of a port. */
async function together(port: number): Promise<number> {
  const proxy = net.createServer((client) => {
    const server = net.connect(port, '127.0.0.1');
    let waiting: Buffer[] = [];
    let timer: NodeJS.Timeout | undefined;
    client.on('error', () => {}).on('data', (chunk) => server.write(chunk));
    server
      .on('error', () => {})
      .on('data', (chunk) => {
        waiting.push(chunk);
        clearTimeout(timer);
        timer = setTimeout(() => {
          client.write(Buffer.concat(waiting));
          waiting = [];
        }, TOGETHER_MS);
      });
    client.on('close', () => server.destroy());
  });
  open.push(proxy);
  return listen(proxy);
}

/** Until a server that was told something would have heard it. */
const aWhile = () => new Promise((resolve) => setTimeout(resolve, 3 * TOGETHER_MS));

const packet = (number: number, content: Buffer) =>
  Buffer.concat([Buffer.from([content.length & 255, content.length >> 8, 0, number]), content]);
const MYSQL_GREETING = packet(
  0,
  Buffer.concat([
    Buffer.from('\x0a8.0.30\0\x01\0\0\0AAAAAAAA\0\x09\xaa\x21\x02\0\x08\0\x15', 'latin1'),
    Buffer.alloc(10),
    Buffer.from('BBBBBBBBBBBB\0caching_sha2_password\0'),
  ]),
);
/** AuthSwitchRequest and AuthMoreData: what mysql2 answers with the password as it is. */
const MYSQL_ASKS = Buffer.concat([
  packet(2, Buffer.from(`\xfecaching_sha2_password\0${'C'.repeat(20)}\0`, 'latin1')),
  packet(4, Buffer.from([1, 4])),
]);
const REQUEST_FOR_TLS_OCTETS = 36;

describe.each(VERSIONS)(
  '%s with a certificate that is refused, and words that come along with it',
  (version) => {
    it('is no answer over HTTPS, and hears nothing', async () => {
      const says = 'HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nSPOOF';
      const { port, heard } = await impostor({ version, says });
      const headers = { authorization: `Bearer ${PASSWORD}` };
      const limits = { signal: endsIn(LIMIT_MS), mostBytes: 1000 };
      const answer = await exchange(
        send,
        `https://localhost:${port}/x`,
        { method: 'DELETE', headers },
        limits,
      );
      expect(answer).toMatchObject({ kind: 'unanswered' });
      await aWhile();
      expect(heard()).toBe('');
    });

    it('is told no password by MySQL’s driver', async () => {
      const before = async (socket: net.Socket) => {
        socket.write(MYSQL_GREETING);
        while (socket.read(REQUEST_FOR_TLS_OCTETS) === null) await once(socket, 'readable');
      };
      const { port, heard } = await impostor({ version, before, says: MYSQL_ASKS });
      await expect(openMysql(databaseAt(port))).rejects.toThrow();
      await aWhile();
      expect(heard()).toBe('');
    });

    it('is told no password by PostgreSQL’s driver', async () => {
      const before = async (socket: net.Socket) => {
        await once(socket, 'data');
        socket.write('S');
      };
      // AuthenticationCleartextPassword
      const says = Buffer.from('520000000800000003', 'hex');
      const { port, heard } = await impostor({ version, before, says });
      await expect(openPostgresql(databaseAt(port))).rejects.toThrow();
      await aWhile();
      expect(heard()).toBe('');
    });

    it.each(['tls', 'starttls'] as const)('is told nothing in a login, by %s', async (security) => {
      const says = '220 here\r\n250-here\r\n250 AUTH PLAIN LOGIN\r\n235 2.7.0 ok\r\n';
      const before = async (socket: net.Socket) => {
        socket.write('220 here\r\n');
        await once(socket, 'data');
        socket.write('250-here\r\n250 STARTTLS\r\n');
        await once(socket, 'data');
        socket.write('220 go\r\n');
      };
      const { port, heard } = await impostor({ version, says, ...(security === 'starttls' && { before }) });
      const endpoint = { host: 'localhost', port, security, ca: trusted };
      const credential = { endpoint, username: 'ada', password: new Redacted(PASSWORD) };
      const { failure, authSent } = await login(credential, LIMIT_MS, loopbackNetwork({ port }));
      expect(failure).toMatchObject({ kind: 'certificate' });
      expect(authSent).toBe(false);
      await aWhile();
      expect(heard()).toBe('');
    });
  },
);

function databaseAt(port: number) {
  const socket = net.connect(port, '127.0.0.1').on('error', () => {});
  const login = { socket, host: 'localhost', database: 'mail', username: 'ada', silenceMs: LIMIT_MS };
  return { ...login, password: new Redacted(PASSWORD), ca: trusted };
}
