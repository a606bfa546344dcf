import net from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { Endpoint } from '../../../../functions/net/endpoint.ts';
import { Network } from '../../../../functions/net/network.ts';
import { LineConnection } from '../../../../functions/smtp/probe/line-connection.ts';
import { probeServer } from '../../../../functions/smtp/probe/probe.ts';
import { loopbackNetwork } from '../../../support/loopback-network.ts';
import { listen } from '../../../support/smtp-servers.ts';
import { type Responder, type ResponderOptions, startResponder } from './responder.ts';

const BUDGET_MS = 10_000;
/** It has nothing to offer to a client that it could agree with. */
const NO_TLS = { ciphers: 'PSK-AES128-GCM-SHA256', maxVersion: 'TLSv1.2' } as const;

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});

async function respond(options: ResponderOptions = {}): Promise<Responder> {
  const server = await startResponder(options);
  open.push(server);
  return server;
}

function endpointOf({ host, port, security, ca }: Endpoint): Endpoint {
  return { host, port, security, ...(ca && { ca }) };
}

describe('a server that misbehaves', () => {
  it.each([
    ['is silent', '', { reason: 'timeout' }],
    [
      'says something else than SMTP',
      'HTTP/1.1 400 Bad Request\r\n',
      { reason: 'protocol-error', code: 'not SMTP' },
    ],
    [
      'never ends its reply',
      '220-more\r\n'.repeat(2000),
      { reason: 'protocol-error', code: 'reply too long' },
    ],
    [
      'never ends its line',
      `220 ${'x'.repeat(20_000)}`,
      { reason: 'protocol-error', code: 'reply too long' },
    ],
    ['asks to slow down', '421 4.7.0 Too many connections\r\n', { reason: 'throttled', code: '421' }],
    ['refuses us', '554 5.7.1 Blocked\r\n', { reason: 'refused', code: '554' }],
  ])('and %s ends the probe in time', async (_name, greeting, interrupted) => {
    const server = await respond({ greeting });
    const facts = await probeServer(endpointOf(server), 400, loopbackNetwork(server));
    expect(facts).toMatchObject({ greeting: null, plaintext: null, session: null, interrupted });
  });

  it('keeps what it showed before it fell silent', async () => {
    const server = await respond({ replies: { MAIL: '' } });
    const facts = await probeServer(endpointOf(server), 600, loopbackNetwork(server));
    expect(facts).toMatchObject({
      greeting: { code: 220 },
      plaintext: { starttls: true, auth: null },
      interrupted: { reason: 'timeout' },
    });
  });

  it('refuses STARTTLS after offering it', async () => {
    const server = await respond({ replies: { STARTTLS: '454 4.7.0 TLS not available\r\n' } });
    const facts = await probeServer(endpointOf(server), BUDGET_MS, loopbackNetwork(server));
    expect(facts).toMatchObject({ session: null, interrupted: { reason: 'throttled', code: '454' } });
  });

  it('fails every handshake, which is no proof that it throws away injected commands', async () => {
    const server = await respond({ tls: NO_TLS });
    const facts = await probeServer(endpointOf(server), BUDGET_MS, loopbackNetwork(server));
    expect(facts).toMatchObject({ session: null, injection: null });
    expect(facts.interrupted).not.toBeNull();
  });

  it('speaks no TLS where TLS was expected', async () => {
    const { host, port, ca } = await respond();
    const facts = await probeServer(
      { host, port, security: 'tls', ca },
      BUDGET_MS,
      loopbackNetwork({ port }),
    );
    expect(facts.interrupted).toMatchObject({ reason: 'tls-failed', code: 'ERR_SSL_WRONG_VERSION_NUMBER' });
  });

  it('hangs up at once', async () => {
    const server = net.createServer((socket) => socket.destroy());
    const port = await listen(server);
    open.push({ close: () => new Promise((resolve) => server.close(() => resolve())) });
    const facts = await probeServer(
      { host: 'localhost', port, security: 'starttls' },
      BUDGET_MS,
      loopbackNetwork({ port }),
    );
    expect(facts.interrupted).toMatchObject({ reason: 'closed' });
  });

  it.each([
    ['port', { ports: [], networks: ['127.0.0.0/8'] }],
    ['address', { ports: 'its own', networks: [] }],
  ] as const)('that may not be dialled, by its %s, is not', async (code, { ports, networks }) => {
    const server = await respond();
    const network = new Network({ ports: ports === 'its own' ? [server.port] : ports, networks });
    const facts = await probeServer(endpointOf(server), BUDGET_MS, network);
    expect(facts).toMatchObject({
      greeting: null,
      session: null,
      interrupted: { reason: 'not-allowed', code },
    });
    expect(server.dialogues).toEqual([]);
  });

  it('is not there', async () => {
    const server = await startResponder();
    await server.close();
    const facts = await probeServer(endpointOf(server), BUDGET_MS, loopbackNetwork(server));
    expect(facts.interrupted).toEqual({ reason: 'unreachable', code: 'ECONNREFUSED' });
  });
});

describe('replies', () => {
  it('are understood however the packets fall', async () => {
    const server = net.createServer((socket) => {
      socket.on('error', () => {});
      const parts = ['22', '0-mail', ' says ', '\r', '\n220 gr\u00fc\u00df', '\r\n'].map((part) =>
        Buffer.from(part),
      );
      const bytes = Buffer.concat(parts);
      const send = (at: number): void => {
        if (at < bytes.length) socket.write(bytes.subarray(at, at + 1), () => setImmediate(send, at + 1));
      };
      send(0);
      socket.once('data', () => socket.end('502 no\r\n'));
    });
    const port = await listen(server);
    open.push({ close: () => new Promise((resolve) => server.close(() => resolve())) });
    const facts = await probeServer(
      { host: 'localhost', port, security: 'starttls' },
      BUDGET_MS,
      loopbackNetwork({ port }),
    );
    expect(facts.greeting).toEqual({ code: 220, enhanced: null, text: '…' });
    expect(facts.interrupted).toMatchObject({ reason: 'refused', code: '502' });
  });
});

describe('a handshake that failed', () => {
  it('because of settings that the local TLS library does not know is an interruption, not a crash', async () => {
    const { port } = await respond({ security: 'tls' });
    const endpoint: Endpoint = { host: 'localhost', port, security: 'tls' };
    const socket = await loopbackNetwork(endpoint).connect(
      endpoint,
      () => {},
      AbortSignal.timeout(BUDGET_MS),
    );
    const line = new LineConnection(socket, performance.now() + BUDGET_MS);
    const attempt = line.secure({ ciphers: 'no-such-cipher' });
    await expect(attempt).rejects.toMatchObject({ reason: 'tls-failed', code: 'ERR_SSL_NO_CIPHER_MATCH' });
    await line.quit();
  });
});
