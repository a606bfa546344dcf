import { networkInterfaces } from 'node:os';
import { TLSSocket } from 'node:tls';
import { SMTPServer } from 'smtp-server';
import { afterEach, describe, expect, it } from 'vitest';
import type { Endpoint, Security } from '../../../functions/net/endpoint.ts';
import { Network } from '../../../functions/net/network.ts';
import { Redacted } from '../../../functions/secrets/redacted.ts';
import { login } from '../../../functions/smtp/login.ts';
import { resultOf } from '../../../functions/smtp/login-result.ts';
import { createAuthority } from '../../../sandbox/certificates.ts';
import { loopbackNetwork } from '../../support/loopback-network.ts';
import { type Step, startScriptedServer } from '../../support/scripted-server.ts';
import { listen, startSmtpServer } from '../../support/smtp-servers.ts';

const BUDGET_MS = 5000;
const HAS_IPV6 = Object.values(networkInterfaces())
  .flat()
  .some((one) => one?.address === '::1');

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});

const loginTo = ({ host, port, security, ca }: Endpoint, network: Network, username = 'ada') =>
  login(
    { endpoint: { host, port, security, ...(ca && { ca }) }, username, password: new Redacted('p') },
    BUDGET_MS,
    network,
  );

describe.each(['tls', 'starttls'] as const)('logins over %s', (security) => {
  it("resume the TLS session of another credential's login, with the same verdict and facts", async () => {
    const { server, resumed } = await startCountingServer(security);
    const network = loopbackNetwork(server);
    const first = await loginTo(server, network, 'ada');
    const second = await loginTo(server, network, 'grace');
    const third = await loginTo(server, network, 'edsger');
    expect(resumed).toEqual([false, true, true]);
    expect([first, second, third].map((evidence) => resultOf(evidence).verdict)).toEqual(
      Array(3).fill('valid'),
    );
    expect(second.tls?.certificate).toEqual(first.tls?.certificate);
    expect(third.tls).toMatchObject({ protocol: 'TLSv1.3', certificate: { subject: 'CN=localhost' } });
  });

  it.runIf(HAS_IPV6)('work at an IPv6 address that the certificate names', async () => {
    const { server } = await startCountingServer(security, '::1');
    const evidence = await loginTo(server, loopbackNetwork(server));
    expect(resultOf(evidence).verdict).toBe('valid');
    expect(evidence).toMatchObject({
      endpoint: { host: '::1' },
      tls: { certificate: { subject: 'CN=::1' } },
    });
    const { server: other } = await startCountingServer(security, '::1', 'localhost');
    const misnamed = await loginTo(other, loopbackNetwork(other));
    expect(resultOf(misnamed).verdict).toBe('tls-untrusted:wrong-host');
    expect(misnamed.authSent).toBe(false);
  });

  it('of two processes share nothing', async () => {
    const { server, resumed } = await startCountingServer(security);
    await loginTo(server, loopbackNetwork(server));
    await loginTo(server, loopbackNetwork(server));
    expect(resumed).toEqual([false, false]);
  });
});

/** Takes every login; `resumed` says of each TLS session whether it was an earlier one. */
async function startCountingServer(security: Security, host = 'localhost', named = host) {
  const authority = await createAuthority();
  const leaf = await authority.issue({ names: [named] });
  const resumed: boolean[] = [];
  const smtp = new SMTPServer({
    ...leaf,
    secure: security === 'tls',
    disableReverseLookup: true,
    closeTimeout: 1,
    onSecure: (socket, _session, callback) => {
      resumed.push(socket instanceof TLSSocket && socket.isSessionReused());
      callback();
    },
    onAuth: ({ username }, _session, callback) => callback(null, { user: username }),
  });
  smtp.on('error', () => {});
  const port = await listen(smtp.server, host === 'localhost' ? '127.0.0.1' : host);
  open.push({ close: () => new Promise((resolve) => smtp.close(resolve)) });
  return { server: { host, port, security, ca: authority.cert }, resumed };
}

describe('a target that the network guard forbids', () => {
  it.each([
    ['port', { ports: [], networks: ['127.0.0.0/8'] }, 'port-not-allowed'],
    ['address', { ports: 'its own', networks: [] }, 'address-not-allowed'],
  ] as const)('by its %s is told as such, and not dialled', async (code, { ports, networks }, verdict) => {
    const server = await startSmtpServer({ security: 'tls', users: { ada: 'p' } });
    open.push(server);
    const network = new Network({ ports: ports === 'its own' ? [server.port] : ports, networks });
    const evidence = await loginTo(server, network);
    expect(resultOf(evidence)).toMatchObject({ credential: 'unknown', verdict });
    expect(evidence).toMatchObject({ failure: { kind: 'forbidden', code }, stage: 'dns', authSent: false });
    expect(server.logins).toEqual([]);
  });
});

describe('QUIT', () => {
  const greeting: Step = { send: '220 localhost ESMTP\r\n' };
  const pipelining: Step = {
    expect: /^EHLO /,
    send: '250-localhost\r\n250-PIPELINING\r\n250 AUTH PLAIN LOGIN\r\n',
  };
  const noPipelining: Step = { expect: /^EHLO /, send: '250-localhost\r\n250 AUTH PLAIN LOGIN\r\n' };
  const auth = /^AUTH PLAIN \S/;

  async function against(...script: Step[]) {
    const server = await startScriptedServer(script, { security: 'tls' });
    open.push(server);
    const evidence = await loginTo(server, loopbackNetwork(server));
    return {
      evidence,
      commands: server
        .received()
        .replace(/AUTH PLAIN \S+/, 'AUTH PLAIN')
        .split('\r\n')
        .slice(1),
    };
  }

  it.each([
    ['235 2.7.0 ok', 'valid'],
    ['535 5.7.8 no', 'rejected'],
  ])(
    'follows AUTH PLAIN before the answer %s where the server takes commands together',
    async (answer, verdict) => {
      const { evidence, commands } = await against(
        greeting,
        pipelining,
        { expect: auth, send: '' },
        { expect: /^QUIT$/, send: `${answer}\r\n221 2.0.0 bye\r\n` },
      );
      expect(resultOf(evidence).verdict).toBe(verdict);
      expect(evidence.reply?.code).toBe(Number(answer.slice(0, 3)));
      expect(commands).toEqual(['AUTH PLAIN', 'QUIT', '']);
    },
  );

  it.each([
    ['a refusal', [{ expect: auth, send: '535 5.7.8 no\r\n' }], ['AUTH PLAIN', 'QUIT', '']],
    ['no offer of AUTH', [], ['QUIT', '']],
  ])('comes after %s too', async (_what, refusal, said) => {
    const { commands } = await against(
      greeting,
      refusal.length > 0 ? noPipelining : { expect: /^EHLO /, send: '250 localhost\r\n' },
      ...refusal,
      { expect: /^QUIT$/, send: '221 2.0.0 bye\r\n' },
    );
    expect(commands).toEqual(said);
  });

  it('comes after the answer elsewhere, and does not count as time of the login', async () => {
    const { evidence, commands } = await against(
      greeting,
      noPipelining,
      { expect: auth, send: '235 2.7.0 ok\r\n' },
      { expect: /^QUIT$/, send: 'silence' },
    );
    expect(resultOf(evidence).verdict).toBe('valid');
    expect(evidence.timings.totalMs).toBeLessThan(900);
    expect(commands).toEqual(['AUTH PLAIN', 'QUIT', '']);
  });

  it('that a server takes for the rest of the login never makes a refusal', async () => {
    const { evidence } = await against(
      greeting,
      pipelining,
      { expect: auth, send: '334 \r\n' },
      { expect: /^QUIT$/, send: '535 5.7.8 no\r\n' },
    );
    expect(resultOf(evidence).credential).toBe('unknown');
  });
});
