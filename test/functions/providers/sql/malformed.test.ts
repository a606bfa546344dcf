import { once } from 'node:events';
import net from 'node:net';
import tls from 'node:tls';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Database, DatabaseLogin } from '../../../../functions/providers/sql/database.ts';
import { openMysql } from '../../../../functions/providers/sql/mysql.ts';
import { openPostgresql } from '../../../../functions/providers/sql/postgresql.ts';
import { Redacted } from '../../../../functions/secrets/redacted.ts';
import { createAuthority, type Leaf } from '../../../../sandbox/certificates.ts';
import { listen } from '../../../support/smtp-servers.ts';

const SILENCE_MS = 500;

let ca: string;
let leaf: Leaf;
beforeAll(async () => {
  const authority = await createAuthority();
  ca = authority.cert;
  leaf = await authority.issue({ names: ['localhost'] });
});

const open: net.Server[] = [];
afterEach(() => {
  for (const server of open.splice(0)) server.close();
});

/** After what comes before TLS: says so to each thing that it hears, and nothing more when it has no more to say. */
async function serverThatSays(
  before: (socket: net.Socket) => Promise<unknown>,
  answers: (turn: number) => Buffer | null,
): Promise<number> {
  const server = net.createServer(async (socket) => {
    socket.on('error', () => {});
    await before(socket);
    const secure = new tls.TLSSocket(socket, {
      isServer: true,
      secureContext: tls.createSecureContext(leaf),
    });
    let turn = 0;
    secure
      .on('error', () => {})
      .on('data', () => {
        const answer = answers(turn++);
        if (answer) secure.write(answer);
      });
  });
  open.push(server);
  return listen(server);
}

async function begin(port: number, openDatabase: (login: DatabaseLogin) => Promise<Database>): Promise<void> {
  const socket = net.connect(port, '127.0.0.1').on('error', () => {});
  const login = { socket, host: 'localhost', database: 'mail', username: 'ada', ca, silenceMs: SILENCE_MS };
  try {
    const database = await openDatabase({ ...login, password: new Redacted('S3cret') });
    await database.begin();
  } finally {
    socket.destroy();
  }
}

describe('PostgreSQL', () => {
  const postgresql = (...answers: string[]) =>
    serverThatSays(
      async (socket) => {
        await once(socket, 'data');
        socket.write('S');
      },
      (turn) => (answers[turn] === undefined ? null : Buffer.from(answers[turn], 'hex')),
    );

  it.each([
    ['an authentication of no kind', '5200000000'],
    ['an authentication that ends before its kind', '520000000500'],
    ['an authentication of an unknown kind', '520000000800000063'],
    ['mechanisms without an end', '520000000c0000000a53434152'],
    ['a row that nobody asked for', '440000000101'],
    ['fields without an end', '5400000006ffff'],
    ['a key that is cut off', '4b0000000500'],
    ['a notification without its strings', '4100000004'],
    ['a notification with one string', '410000000a0000000000'],
    ['a parameter without a value', '53000000066100'],
    ['a command that has no end', '430000000555'],
    ['an error without an end', '450000000553'],
    ['an error whose last field is the end', '45000000065300'],
    ['an error with nothing', '4500000004'],
    ['a notice with nothing', '4e00000004'],
    ['a message of four gigabytes', '45ffffffff'],
    ['another protocol', Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n').toString('hex')],
  ])('ends the attempt, and nothing else, by %s', async (_what, said) => {
    await expect(begin(await postgresql(said), openPostgresql)).rejects.toThrow();
  });

  it('may have its messages cut in two, and several in one', async () => {
    const ok = '5200000008000000005a0000000549';
    const done = '43000000' + '0a424547494e00' + '5a0000000554';
    const whole = await postgresql(ok, done, done);
    await expect(begin(whole, openPostgresql)).resolves.toBeUndefined();
  });

  it('is not waited for when it is silent', async () => {
    await expect(begin(await postgresql(), openPostgresql)).rejects.toThrow();
    await expect(begin(await postgresql('5200000008000000005a0000000549'), openPostgresql)).rejects.toThrow();
  });
});

describe('MySQL', () => {
  const packet = (number: number, content: Buffer) =>
    Buffer.concat([Buffer.from([content.length & 255, content.length >> 8, 0, number]), content]);
  /** Protocol::HandshakeV10 with CLIENT_PROTOCOL_41, CLIENT_SSL, CLIENT_SECURE_CONNECTION and CLIENT_PLUGIN_AUTH. */
  const greeting = packet(
    0,
    Buffer.concat([
      Buffer.from('\x0a8.0.0\0\x01\0\0\0abcdefgh\0\0\x8a\x21\x02\0\x08\0\x15', 'latin1'),
      Buffer.alloc(10),
      Buffer.from('ijklmnopqrst\0mysql_native_password\0', 'latin1'),
    ]),
  );
  const REQUEST_FOR_TLS_OCTETS = 36;
  const OK = Buffer.from('00000002000000', 'hex');

  const mysql = (...answers: Buffer[]) =>
    serverThatSays(
      async (socket) => {
        socket.write(greeting);
        while (socket.read(REQUEST_FOR_TLS_OCTETS) === null) await once(socket, 'readable');
      },
      (turn) => answers[turn] ?? null,
    );

  it.each([
    [
      'an error of one octet behind the login',
      Buffer.concat([packet(3, OK), packet(4, Buffer.from([0xff]))]),
    ],
    ['an empty packet', packet(3, Buffer.alloc(0))],
    ['a change of mechanism to nothing', packet(3, Buffer.from([0xfe]))],
    ['an error without a number', packet(3, Buffer.from([0xff]))],
    ['another protocol', Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')],
  ])('ends the attempt, and nothing else, by %s', async (_what, said) => {
    await expect(begin(await mysql(said), openMysql)).rejects.toThrow();
  });

  it('is not waited for when it is silent, before the login and after it', async () => {
    await expect(begin(await mysql(), openMysql)).rejects.toThrow();
    await expect(begin(await mysql(packet(3, OK)), openMysql)).rejects.toThrow('no answer in time');
  });
});
