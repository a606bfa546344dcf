import net from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { Endpoint } from '../../../functions/net/endpoint.ts';
import { Network } from '../../../functions/net/network.ts';
import { Redacted } from '../../../functions/secrets/redacted.ts';
import type { Stage } from '../../../functions/smtp/evidence.ts';
import { login, stageLimitMs } from '../../../functions/smtp/login.ts';
import { resultOf } from '../../../functions/smtp/login-result.ts';
import { resolverOf, startDnsServer } from '../../support/dns-server.ts';
import { loopbackNetwork } from '../../support/loopback-network.ts';
import { listen } from '../../support/smtp-servers.ts';

const STAGES: readonly Stage[] = ['dns', 'connect', 'tls', 'greeting', 'ehlo', 'starttls', 'auth', 'done'];

describe('the time of a stage', () => {
  it.each([
    ['dns', 5000],
    ['connect', 8000],
    ['tls', 8000],
    ['greeting', 12_000],
    ['ehlo', 8000],
    ['starttls', 8000],
    ['auth', 20_000],
  ] as const)('%s: %i ms of 20 seconds', (stage, limitMs) => {
    expect(stageLimitMs(stage, 20_000, 20_000)).toBe(limitMs);
  });

  it.each(STAGES)('%s: never more than is left of the whole', (stage) => {
    expect(stageLimitMs(stage, 20_000, 700)).toBe(700);
    expect(stageLimitMs(stage, 20_000, 0)).toBe(0);
    expect(stageLimitMs(stage, 20_000, -1)).toBe(0);
    expect(stageLimitMs(stage, -5, -5)).toBe(0);
  });
});

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()));
});

/** The header of a handshake record of 16 KiB. */
const TLS_RECORD = Buffer.from([0x16, 0x03, 0x03, 0x40, 0x00]);

/** Answers as told, but for the drip: one octet each 5 ms, without an end. */
async function serve(answer: (line: string) => string | 'drip', greeting: string | 'drip') {
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    sockets.add(socket.on('error', () => {}));
    const say = (text: string) => (text === 'drip' ? drip(socket) : void socket.write(text));
    socket.on('data', (chunk: Buffer) => {
      if (chunk[0] === TLS_RECORD[0]) socket.write(TLS_RECORD);
      say(answer(chunk.toString('latin1')));
    });
    say(greeting);
  });
  const port = await listen(server);
  open.push({
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  });
  return { host: 'localhost', port, security: 'starttls' } satisfies Endpoint;
}

function drip(socket: net.Socket): void {
  const timer = setInterval(() => socket.write('2'), 5);
  socket.once('close', () => clearInterval(timer));
}

const EHLO = '250-localhost\r\n250 STARTTLS\r\n';
const REPLIES: Readonly<Record<string, string>> = { EHLO, STAR: '220 go\r\n' };
const BUDGET_MS = 500;

describe('a server that drips cannot make a stage longer', () => {
  it.each([
    ['greeting', 'drip', () => 'drip'],
    ['ehlo', '220 hello\r\n', () => 'drip'],
    ['starttls', '220 hello\r\n', (line: string) => (/^EHLO/.test(line) ? EHLO : 'drip')],
    ['tls', '220 hello\r\n', (line: string) => REPLIES[line.slice(0, 4)] ?? 'drip'],
  ] as const)('%s', async (stage, greeting, answer) => {
    const endpoint = await serve(answer, greeting);
    const credential = { endpoint, username: 'ada', password: new Redacted('p') };
    const evidence = await login(credential, BUDGET_MS, loopbackNetwork(endpoint));
    expect(resultOf(evidence).verdict).toBe(`timeout:${stage}`);
    expect(evidence).toMatchObject({ stage, authSent: false, failure: { kind: 'timeout' } });
    const { ms } = evidence.stages.findLast((one) => one.stage === stage) ?? { ms: Number.NaN };
    expect(ms).toBeGreaterThanOrEqual(stageLimitMs(stage, BUDGET_MS, BUDGET_MS) - 20);
    expect(evidence.timings.totalMs).toBeLessThan(BUDGET_MS);
  });
});

it('a name server that is silent ends the login in the stage dns', async () => {
  const dns = await startDnsServer(() => 'silence');
  open.push(dns);
  const endpoint: Endpoint = { host: 'mail.test', port: 587, security: 'starttls' };
  const network = new Network({ ports: [], networks: [] }, resolverOf(dns));
  const evidence = await login(
    { endpoint, username: 'ada', password: new Redacted('p') },
    BUDGET_MS,
    network,
  );
  expect(resultOf(evidence).verdict).toBe('timeout:dns');
  expect(dns.questions.length).toBeGreaterThan(0);
  expect(evidence.timings.totalMs).toBeLessThan(BUDGET_MS / 2);
});
