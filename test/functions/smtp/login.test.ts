import { execFile } from 'node:child_process';
import type net from 'node:net';
import tls from 'node:tls';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import type { Endpoint } from '../../../functions/net/endpoint.ts';
import type { Credential } from '../../../functions/providers/secret.ts';
import { Redacted } from '../../../functions/secrets/redacted.ts';
import { login } from '../../../functions/smtp/login.ts';
import { resultOf } from '../../../functions/smtp/login-result.ts';
import { createAuthority } from '../../../sandbox/certificates.ts';
import { loopbackNetwork } from '../../support/loopback-network.ts';
import { type Step, startScriptedServer } from '../../support/scripted-server.ts';
import {
  certificates,
  listen,
  type SmtpServerOptions,
  type SmtpTestServer,
  startSmtpServer,
} from '../../support/smtp-servers.ts';

const PASSWORD = 'correct horse battery staple';
const users = { ada: PASSWORD };
const BUDGET_MS = 10_000;

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});

async function serve(options: Partial<SmtpServerOptions> = {}): Promise<SmtpTestServer> {
  const server = await startSmtpServer({ security: 'tls', users, ...options });
  open.push(server);
  return server;
}

function credentialFor(server: Endpoint, changes: Partial<Credential> = {}): Credential {
  const { host, port, security, ca } = server;
  const endpoint: Endpoint = { host, port, security, ...(ca && { ca }) };
  return { endpoint, username: 'ada', password: new Redacted(PASSWORD), ...changes };
}

describe.each(['tls', 'starttls'] as const)('login over %s', (security) => {
  it('is valid after a 235 over verified TLS', async () => {
    const server = await serve({ security });
    const evidence = await login(credentialFor(server), BUDGET_MS, loopbackNetwork(server));
    expect(resultOf(evidence)).toMatchObject({ credential: 'good', verdict: 'valid' });
    expect(evidence).toMatchObject({ stage: 'done', failure: null, authSent: true, used: 'PLAIN' });
    expect(evidence.offered).toEqual(['PLAIN', 'LOGIN']);
    expect(evidence.tls).toMatchObject({
      protocol: 'TLSv1.3',
      certificate: { subject: 'CN=localhost', keyType: 'ec', keyBits: 256, daysLeft: 89 },
    });
    expect(server.logins).toHaveLength(1);
    expect(server.logins[0]).toMatchObject({ secure: true });
  });

  it('is rejected after a 535, and tries only once', async () => {
    const server = await serve({ security });
    const evidence = await login(
      credentialFor(server, { password: new Redacted('wrong') }),
      BUDGET_MS,
      loopbackNetwork(server),
    );
    expect(resultOf(evidence)).toMatchObject({
      credential: 'bad',
      verdict: 'rejected',
      retry: { allowed: false },
    });
    expect(evidence.reply).toMatchObject({ code: 535, enhanced: '5.7.8' });
    expect(server.logins).toHaveLength(1);
  });

  it.each([
    ['an expired certificate', { names: ['localhost'], from: -30, until: -2 }, 'tls-untrusted:expired'],
    ['a certificate of the future', { names: ['localhost'], from: 2 }, 'tls-untrusted:not-yet-valid'],
    ['a certificate for another host', { names: ['mail.example.com'] }, 'tls-untrusted:wrong-host'],
  ])('sends no password to a server with %s', async (_name, leafOptions, verdict) => {
    const authority = await createAuthority();
    const server = await serve({ security, leaf: await authority.issue(leafOptions) });
    const evidence = await login(
      credentialFor({ ...server, ca: authority.cert }),
      BUDGET_MS,
      loopbackNetwork(server),
    );
    expect(resultOf(evidence)).toMatchObject({ credential: 'unknown', verdict });
    expect(evidence).toMatchObject({ stage: 'tls', authSent: false, tls: null });
    expect(server.logins).toEqual([]);
  });

  it('sends no password to a server of an unknown authority', async () => {
    const server = await serve({ security });
    const stranger = await createAuthority('Somebody else');
    const evidence = await login(
      credentialFor({ ...server, ca: stranger.cert }),
      BUDGET_MS,
      loopbackNetwork(server),
    );
    expect(resultOf(evidence).verdict).toMatch(/^tls-untrusted:(unknown-ca|incomplete-chain)$/);
    expect(server.logins).toEqual([]);
  });

  it.each([
    [454, '4.7.0 Temporary authentication failure', 'temporary'],
    [421, '4.7.0 Too many connections', 'throttled'],
    [454, '4.7.0 Too many login attempts, please try again later', 'rate-limited'],
    [535, '5.7.8 Error: too many authentication failures', 'rate-limited'],
    [534, '5.7.9 Application-specific password required', 'app-password-required'],
    [
      535,
      '5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant',
      'auth-disabled-by-policy',
    ],
    [504, '5.5.4 Unrecognized authentication type', 'mechanism-unsupported'],
  ] as const)('never says bad after %i %s', async (code, text, verdict) => {
    const server = await serve({ security, onAuth: () => ({ code, text }) });
    expect(resultOf(await login(credentialFor(server), BUDGET_MS, loopbackNetwork(server)))).toMatchObject({
      credential: 'unknown',
      verdict,
    });
  });

  it('keeps the user name, the password and mail addresses out of the evidence', async () => {
    const username = 'ada@example.com';
    const echo = `5.7.8 no login for ${username} with ${PASSWORD} or ${Buffer.from(PASSWORD).toString('base64')}`;
    const server = await serve({ security, onAuth: () => ({ code: 535, text: echo }) });
    const evidence = await login(credentialFor(server, { username }), BUDGET_MS, loopbackNetwork(server));
    expect(evidence.reply?.text).toBe('[redacted]');
    expect(JSON.stringify(evidence)).not.toContain(PASSWORD);
  });

  it('uses the mechanism that the credential names, and only if it is offered', async () => {
    const server = await serve({ security, authMethods: ['LOGIN', 'CRAM-MD5'] });
    const cram = await login(
      credentialFor(server, { authMethod: 'CRAM-MD5' }),
      BUDGET_MS,
      loopbackNetwork(server),
    );
    expect(cram).toMatchObject({ used: 'CRAM-MD5', stage: 'done' });
    const plain = await login(
      credentialFor(server, { authMethod: 'PLAIN' }),
      BUDGET_MS,
      loopbackNetwork(server),
    );
    expect(plain).toMatchObject({ used: null, authSent: false });
    expect(resultOf(plain).verdict).toBe('mechanism-unsupported');
  });
});

describe('login', () => {
  it('sends no password when STARTTLS is missing, even if AUTH is offered in the clear', async () => {
    const server = await serve({ security: 'starttls', hideStartTls: true });
    const evidence = await login(credentialFor(server), BUDGET_MS, loopbackNetwork(server));
    expect(resultOf(evidence)).toMatchObject({ credential: 'unknown', verdict: 'starttls-missing' });
    expect(evidence.authSent).toBe(false);
    expect(server.logins).toEqual([]);
  });

  it('names a TLS port that speaks plain SMTP', async () => {
    const server = await serve({ security: 'starttls' });
    const evidence = await login(
      credentialFor({ ...server, security: 'tls' }),
      BUDGET_MS,
      loopbackNetwork(server),
    );
    expect(resultOf(evidence).verdict).toBe('tls-mode-mismatch:plain-spoken');
  });

  it('says refused for a closed port', async () => {
    const server = await serve();
    await server.close();
    open.length = 0;
    expect(resultOf(await login(credentialFor(server), BUDGET_MS, loopbackNetwork(server))).verdict).toBe(
      'refused',
    );
  });

  it('says timeout, at the stage of the silence, within its budget', async () => {
    const server = await serve();
    const evidence = await login(
      credentialFor({ ...server, security: 'starttls' }),
      300,
      loopbackNetwork(server),
    );
    expect(resultOf(evidence).verdict).toBe('timeout:greeting');
    expect(evidence).toMatchObject({ stage: 'greeting', authSent: false });
    expect(evidence.timings.totalMs).toBeLessThan(3000);
  });
});

describe('login against a server that breaks the protocol', () => {
  const ehlo = { expect: /^EHLO /, send: '250-hostile\r\n250 AUTH PLAIN\r\n' };
  const greeting = { send: '220 hostile ESMTP\r\n' };

  async function against(...script: Step[]) {
    const server = await startScriptedServer(script, { security: 'tls' });
    open.push(server);
    return { server, evidence: await login(credentialFor(server), 2000, loopbackNetwork(server)) };
  }

  it.each([
    ['a 250 in place of a 235', '250 2.0.0 fine\r\n', 'protocol-error'],
    ['a 334 that asks for more', '334 \r\n', 'protocol-error'],
    ['a 5yz without meaning', '599 nonsense\r\n', 'protocol-error'],
    ['silence', 'silence', 'timeout:auth'],
    ['the end of the connection', 'close', 'closed:auth'],
  ] as const)('never says good or bad after %s to AUTH', async (_name, answer, verdict) => {
    const { evidence } = await against(greeting, ehlo, { expect: /^AUTH PLAIN /, send: answer });
    expect(resultOf(evidence)).toMatchObject({ credential: 'unknown', verdict });
    expect(evidence).toMatchObject({ authSent: true });
  });

  it('sends nothing to a server without AUTH, and says that the login was not tried', async () => {
    const { server, evidence } = await against(greeting, { expect: /^EHLO /, send: '250 hostile\r\n' });
    expect(resultOf(evidence)).toMatchObject({ credential: 'unknown', verdict: 'auth-not-offered' });
    expect(server.received()).not.toMatch(/AUTH/);
  });

  it('sends no PLAIN in place of a mechanism that was not offered', async () => {
    const { server, evidence } = await against(greeting, {
      expect: /^EHLO /,
      send: '250-x\r\n250 AUTH NTLM GSSAPI\r\n',
    });
    expect(resultOf(evidence).verdict).toBe('mechanism-unsupported');
    expect(evidence.offered).toEqual(['NTLM', 'GSSAPI']);
    expect(server.received()).not.toMatch(/AUTH/);
  });

  it.each([
    ['421 4.7.0 Too many concurrent SMTP connections\r\n', 'throttled'],
    ['554 5.7.1 no\r\n', 'ip-refused'],
    ['554 No SMTP service here\r\n', 'server-refused'],
    ['close', 'closed:greeting'],
  ])('judges the greeting %j without trying the password', async (send, verdict) => {
    const { server, evidence } = await against({ send });
    expect(resultOf(evidence)).toMatchObject({ credential: 'unknown', verdict });
    expect(server.received()).not.toMatch(/AUTH/);
  });

  it('believes nothing that was injected before the TLS handshake', async () => {
    const server = await startScriptedServer([
      greeting,
      { expect: /^EHLO /, send: '250-hostile\r\n250 STARTTLS\r\n' },
      { expect: /^STARTTLS/, send: '220 go\r\n250-injected\r\n250 AUTH PLAIN\r\n', upgrade: true },
      { expect: /^EHLO /, send: '250 hostile\r\n' },
    ]);
    open.push(server);
    const evidence = await login(credentialFor(server), 2000, loopbackNetwork(server));
    expect(evidence.authSent).toBe(false);
    expect(resultOf(evidence).credential).toBe('unknown');
    expect(server.receivedInClear()).not.toMatch(/AUTH/);
  });
});

describe('login with a hostile or hurried caller', () => {
  it('survives a server that resets right after the handshake, in a process that has not loaded nodemailer yet', async () => {
    const { ca, leaf } = await certificates();
    let wire: net.Socket | undefined;
    const server = tls.createServer(leaf, (socket) => {
      socket.on('error', () => {});
      wire?.resetAndDestroy();
    });
    server.on('connection', (socket) => {
      wire = socket;
    });
    const port = await listen(server);
    const script = `
      import { Redacted } from './functions/secrets/redacted.ts';
      import { login } from './functions/smtp/login.ts';
      import { loopbackNetwork } from './test/support/loopback-network.ts';
      const endpoint = ${JSON.stringify({ host: 'localhost', port, security: 'tls', ca })};
      const evidence = await login({ endpoint, username: 'ada', password: new Redacted('p') }, 5000, loopbackNetwork(endpoint));
      console.log(evidence.stage, evidence.failure.kind);`;
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script]);
    server.close();
    expect(stdout.trim()).toBe('greeting closed');
  });

  it('ends at once when no time is left', async () => {
    const server = await serve();
    expect(resultOf(await login(credentialFor(server), -5, loopbackNetwork(server))).verdict).toBe(
      'timeout:dns',
    );
  });
});
