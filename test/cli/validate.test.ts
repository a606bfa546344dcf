import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Security } from '../../functions/net/endpoint.ts';
import { startScriptedServer } from '../support/scripted-server.ts';
import { type SmtpServerOptions, startSmtpServer } from '../support/smtp-servers.ts';
import { keyturn, temporaryFile } from './command.ts';

const USER = 'orders@example.com';
const PASSWORD = 'correct horse / battery ? staple';

async function server(options: Partial<SmtpServerOptions> = {}) {
  const running = await startSmtpServer({ security: 'tls', users: { [USER]: PASSWORD }, ...options });
  onTestFinished(() => running.close());
  return running;
}

function url({ security, port }: { security: Security; port: number }): string {
  return `${security === 'tls' ? 'smtps' : 'smtp'}://${USER}@localhost:${port}`;
}

describe('exit code', () => {
  it.each(['tls', 'starttls'] as const)(
    '0 and `good` when the server takes the login (%s)',
    async (security) => {
      const running = await server({ security });
      const run = await keyturn(['validate', '--ca', temporaryFile(running.ca), url(running)], {
        input: `${PASSWORD}\n`,
      });
      expect(run).toMatchObject({ code: 0, stdout: expect.stringContaining('✔ good: valid'), stderr: '' });
      expect(running.logins).toMatchObject([{ username: USER, password: PASSWORD, secure: true }]);
    },
  );

  it('1 and `bad` when the server definitely refuses it', async () => {
    const running = await server();
    const run = await keyturn(['validate', '--ca', temporaryFile(running.ca), url(running)], {
      input: 'wrong\n',
    });
    expect(run).toMatchObject({ code: 1, stdout: expect.stringContaining('✘ bad: rejected'), stderr: '' });
  });

  it('2 and `unknown` when the server only asks to come back', async () => {
    const running = await server({
      onAuth: () => ({ code: 454, text: '4.7.0 Temporary authentication failure' }),
    });
    const run = await keyturn(['validate', '--ca', temporaryFile(running.ca), url(running)], {
      input: 'x\n',
    });
    expect(run).toMatchObject({ code: 2, stdout: expect.stringMatching(/^\? unknown: /m), stderr: '' });
  });

  it('2 when the certificate is not trusted, and nothing of the login leaves', async () => {
    const running = await server();
    const run = await keyturn(['validate', url(running)], { input: `${PASSWORD}\n` });
    expect(run.code).toBe(2);
    expect(run.stdout).toContain('tls-untrusted:');
    expect(run.stdout).toMatch(/✘ tls .*stopped here\n· greeting {2,}not reached/);
    expect(run.stdout).toContain('not tried: no part of it left this computer');
    expect(running.logins).toEqual([]);
  });

  it('2 when nobody listens', async () => {
    const { port, close } = await startSmtpServer({ security: 'tls', users: {} });
    await close();
    const run = await keyturn(['validate', url({ security: 'tls', port })], { input: 'x\n' });
    expect(run).toMatchObject({ code: 2, stdout: expect.stringContaining('? unknown: refused') });
  });
});

describe('standard input', () => {
  it('its first line is the password: nothing after it, no line end, and every character of it', async () => {
    const password = ' pä55 "word" \\ ';
    const running = await server({ users: { [USER]: password } });
    const args = ['validate', '--ca', temporaryFile(running.ca), url(running)];
    for (const input of [password, `${password}\n`, `${password}\r\nmore\n`]) {
      expect(await keyturn(args, { input })).toMatchObject({ code: 0 });
    }
    expect(running.logins.map((login) => login.password)).toEqual([password, password, password]);
  });
});

describe('--json', () => {
  it('prints exactly what POST /validations answers, with no secret id, and nothing else', async () => {
    const running = await server({ security: 'starttls' });
    const args = ['validate', '--json', '--ca', temporaryFile(running.ca), url(running)];
    const { stdout, stderr, code } = await keyturn(args, { input: `${PASSWORD}\n` });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const milliseconds = expect.any(Number);
    expect(JSON.parse(stdout)).toEqual({
      secretId: null,
      versionId: null,
      checkedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      credential: 'good',
      verdict: 'valid',
      authSent: true,
      advice: expect.any(String),
      retry: { allowed: false },
      endpoint: { host: 'localhost', port: running.port, security: 'starttls' },
      tls: {
        protocol: 'TLSv1.3',
        cipher: expect.stringMatching(/^TLS_/),
        group: expect.anything(),
        certificate: {
          subject: 'CN=localhost',
          issuer: expect.stringContaining('CN='),
          validTo: expect.any(String),
          daysLeft: 89,
          fingerprint256: expect.stringMatching(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/),
        },
      },
      auth: { offered: ['PLAIN', 'LOGIN'], used: 'PLAIN' },
      reply: { code: 235, enhanced: null, text: 'Authentication successful' },
      timings: {
        dnsMs: milliseconds,
        connectMs: milliseconds,
        tlsMs: milliseconds,
        authMs: milliseconds,
        totalMs: milliseconds,
      },
    });
    expect(stdout).not.toContain(USER);
    expect(stdout).not.toContain(PASSWORD);
  });
});

describe('--ca', () => {
  it.each([
    ['of something else', () => temporaryFile('no certificate'), 'Expected PEM certificates as ca.'],
    ['that does not exist', () => '/nonexistent/ca.pem', 'The file of --ca cannot be read.'],
  ])('a file %s is refused with 3', async (_title, file, message) => {
    const run = await keyturn(['validate', '--ca', file(), 'smtp://u@localhost'], { input: 'x\n' });
    expect(run).toEqual({ code: 3, stdout: '', stderr: `keyturn: ${message}\n` });
  });
});

describe('a server that attacks the terminal', () => {
  const ATTACK = '\u001b]0;owned\u0007\u001b[2J\u009b31m\u202e\b';

  it.each([[[]], [['--json']]])('gets nothing through but text (%j)', async (options) => {
    const running = await startScriptedServer(
      [
        { send: `220 ${ATTACK} greets\r\n` },
        { expect: /^EHLO /, send: `250-${ATTACK}\r\n250 AUTH PLAIN ${ATTACK}\r\n` },
        { expect: /^AUTH /, send: `535 5.7.8 ${ATTACK} refused\r\n` },
      ],
      { security: 'tls' },
    );
    onTestFinished(() => running.close());
    const args = ['validate', ...options, '--ca', temporaryFile(running.ca), url(running)];
    const { code, stdout, stderr } = await keyturn(args, { input: 'x\n' });
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
    expect(stdout).toContain('refused');
    // Unicode C: control, format and bidirectional characters; without the ends of lines.
    expect(stdout.replaceAll('\n', '')).not.toMatch(/\p{C}/u);
  });
});

it.each([0, 20])('a terminal of %i columns gets the picture too', async (columns) => {
  const running = await server();
  const args = ['validate', '--ca', temporaryFile(running.ca), url(running)];
  const { code, stdout } = await keyturn(args, { input: `${PASSWORD}\r`, columns });
  expect(code).toBe(0);
  expect(stripVTControlCharacters(stdout)).toContain('✔ good: valid');
});
