import { once } from 'node:events';
import net from 'node:net';
import tls from 'node:tls';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { TlsFacts } from '../../../functions/net/certificate.ts';
import { connectTls } from '../../../functions/net/connect.ts';
import { TlsSessions } from '../../../functions/net/tls-sessions.ts';
import { type Authority, createAuthority, type Leaf } from '../../../sandbox/certificates.ts';
import { listen } from '../../support/smtp-servers.ts';

const MINUTE_MS = 60_000;
/** Shared by all servers here, so that each would take the sessions of any other. */
const TICKET_KEYS = Buffer.alloc(48, 7);

interface TlsServer {
  readonly port: number;
  /** For each connection, whether the server took up an earlier session. */
  readonly reused: boolean[];
}

let authority: Authority;
let leaf: Leaf;
let now = 0;
const open: tls.Server[] = [];

beforeAll(async () => {
  authority = await createAuthority();
  leaf = await authority.issue({ names: ['localhost', 'mail.test'] });
});
afterEach(() => {
  for (const server of open.splice(0)) server.close();
});

async function serve(options: tls.TlsOptions = {}): Promise<TlsServer> {
  const reused: boolean[] = [];
  const server = tls.createServer({ ...leaf, ticketKeys: TICKET_KEYS, ...options }, (socket) => {
    reused.push(socket.isSessionReused());
    socket.on('error', () => {}).write('220 hello\r\n');
    socket.on('data', () => socket.write('250 hello\r\n'));
  });
  server.on('tlsClientError', () => {});
  open.push(server);
  return { port: await listen(server), reused };
}

function newSessions(): TlsSessions {
  now = Date.now();
  return new TlsSessions(() => now);
}

interface Visit {
  readonly port: number;
  readonly host?: string;
  readonly ca?: string;
}

/** One verified connection, as a login makes it. */
async function visit(sessions: TlsSessions, { port, host = 'localhost', ca = authority.cert }: Visit) {
  const handshake = sessions.handshake({ host, port, security: 'tls', ca });
  const socket = await connectTls(net.connect(port, '127.0.0.1'), handshake.options);
  const facts = handshake.completed(socket);
  const { authorized } = socket;
  await once(socket, 'data');
  // The ticket of TLS 1.3 may come behind the first words.
  socket.write('EHLO client\r\n');
  await once(socket, 'data');
  handshake.remember(socket);
  socket.on('error', () => {}).destroy();
  return { facts, authorized };
}

describe.each(['TLSv1.2', 'TLSv1.3'] as const)('a session of %s', (version) => {
  const options = { minVersion: version, maxVersion: version };

  it('is taken up again, verified, with the facts of the full handshake', async () => {
    const server = await serve(options);
    const sessions = newSessions();
    const first = await visit(sessions, server);
    const second = await visit(sessions, server);
    const third = await visit(sessions, server);
    expect(server.reused).toEqual([false, true, true]);
    expect([first, second, third].map(({ authorized }) => authorized)).toEqual([true, true, true]);
    expect(first.facts).toMatchObject({ protocol: version, certificate: { subject: 'CN=localhost' } });
    expect([second.facts?.certificate, third.facts?.certificate]).toEqual(
      Array(2).fill(first.facts?.certificate),
    );
  });

  it('is not used for another name, another port or other trusted certificates', async () => {
    const server = await serve(options);
    const neighbour = await serve(options);
    const other = await createAuthority('another CA');
    const sessions = newSessions();
    await visit(sessions, server);
    await visit(sessions, { ...server, host: 'mail.test' });
    await visit(sessions, { ...server, ca: `${authority.cert}\n${other.cert}` });
    await visit(sessions, neighbour);
    expect(server.reused).toEqual([false, false, false]);
    expect(neighbour.reused).toEqual([false]);
  });

  it('does not help a server whose certificate is not trusted', async () => {
    const server = await serve(options);
    const other = await createAuthority('another CA');
    const sessions = newSessions();
    await visit(sessions, server);
    const untrusted = visit(sessions, { ...server, ca: other.cert });
    await expect(untrusted).rejects.toMatchObject({ code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' });
    const misnamed = visit(sessions, { ...server, host: 'mail.example.com' });
    await expect(misnamed).rejects.toMatchObject({ code: 'ERR_TLS_CERT_ALTNAME_INVALID' });
  });

  it('is forgotten five minutes after the certificate was seen, however often it was used', async () => {
    const server = await serve(options);
    const sessions = newSessions();
    await visit(sessions, server);
    now += 4 * MINUTE_MS;
    await visit(sessions, server);
    now += MINUTE_MS;
    await visit(sessions, server);
    now += 4 * MINUTE_MS;
    await visit(sessions, server);
    expect(server.reused).toEqual([false, true, false, true]);
  });

  it('is not used when the certificate has expired since', async () => {
    const server = await serve({
      ...options,
      ...(await authority.issue({ names: ['localhost'], until: 1 / 1440 })),
    });
    const sessions = newSessions();
    await visit(sessions, server);
    now += MINUTE_MS / 2;
    await visit(sessions, server);
    now += MINUTE_MS;
    await visit(sessions, server);
    expect(server.reused).toEqual([false, true, false]);
  });

  it('that the server does not know any more costs a full handshake, and a new certificate is seen', async () => {
    const first = await serve(options);
    const sessions = newSessions();
    await visit(sessions, first);
    const renewed = await authority.issue({ names: ['localhost'], until: 30 });
    open[0]?.setTicketKeys(Buffer.alloc(48, 8));
    open[0]?.setSecureContext({ ...renewed, ticketKeys: Buffer.alloc(48, 8) });
    const { facts } = await visit(sessions, first);
    expect(first.reused).toEqual([false, false]);
    expect(facts?.certificate.daysLeft).toBeLessThan(31);
  });
});

it('the days that a certificate has left are counted anew', async () => {
  const server = await serve(await authority.issue({ names: ['localhost'], until: 2 + 1 / 1440 }));
  const sessions = newSessions();
  const daysLeft = ({ facts }: { facts: TlsFacts | null }) => facts?.certificate.daysLeft;
  expect(daysLeft(await visit(sessions, server))).toBe(2);
  now += 2 * MINUTE_MS;
  expect(daysLeft(await visit(sessions, server))).toBe(1);
  expect(server.reused).toEqual([false, true]);
});

describe('secure contexts', () => {
  const contextOf = (sessions: TlsSessions, ca?: string, port = 465) =>
    sessions.handshake({ host: 'localhost', port, security: 'tls', ...(ca && { ca }) }).options.secureContext;

  it('are shared by all endpoints with the same trusted certificates, and by no others', () => {
    const sessions = newSessions();
    const own = contextOf(sessions, authority.cert);
    expect(contextOf(sessions, authority.cert, 587)).toBe(own);
    expect(contextOf(sessions)).toBe(contextOf(sessions, undefined, 587));
    expect(contextOf(sessions)).not.toBe(own);
    expect(contextOf(sessions, `${authority.cert}\n`)).not.toBe(own);
  });

  it('are fifty at the most', () => {
    const sessions = newSessions();
    const own = contextOf(sessions, authority.cert);
    for (let index = 1; index < 50; index += 1) contextOf(sessions, `${authority.cert}${'\n'.repeat(index)}`);
    expect(contextOf(sessions, authority.cert)).toBe(own);
    for (let index = 1; index <= 50; index += 1)
      contextOf(sessions, `${authority.cert}${'\n'.repeat(index)}`);
    expect(contextOf(sessions, authority.cert)).not.toBe(own);
  });
});
