import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { Redacted } from '../../../functions/secrets/redacted.ts';
import type { LoginEvidence } from '../../../functions/smtp/evidence.ts';
import { login } from '../../../functions/smtp/login.ts';
import { resultOf } from '../../../functions/smtp/login-result.ts';
import { answering, extensions, GREETING, overImplicitTls } from '../../support/dialogue-parts.ts';
import { loopbackNetwork } from '../../support/loopback-network.ts';
import type { Act, Script } from '../../support/scripted-dialogue.ts';
import { startScriptedServer } from '../../support/scripted-server.ts';

const USERNAME = 'ada@example.com';
const PASSWORD = 'hunter2-HUNTER2';
const BUDGET_MS = 600;
/** For a computer that is busy with other tests. */
const GRACE_MS = 2_000;

async function attack(script: Script, login_: { password?: string; budgetMs?: number } = {}) {
  const server = await startScriptedServer(script, { security: 'tls' });
  const { host, port, security, ca } = server;
  const credential = {
    endpoint: { host, port, security, ca },
    username: USERNAME,
    password: new Redacted(login_.password ?? PASSWORD),
  };
  const began = performance.now();
  const evidence = await login(credential, login_.budgetMs ?? BUDGET_MS, loopbackNetwork(server));
  const tookMs = performance.now() - began;
  const received = server.received();
  await server.close();
  return { evidence, result: resultOf(evidence), received, tookMs };
}

function recordsOf(evidence: LoginEvidence): string {
  return JSON.stringify({ evidence, result: resultOf(evidence) }) + inspect(evidence, { depth: 9 });
}

describe('a server that never comes to an end', () => {
  const drip: Act = { send: 'x'.repeat(10_000), pace: { bytes: 1, everyMs: 20 } };

  it.each<[string, Script]>([
    ['drips its greeting', [drip]],
    ['drips its reply to EHLO', [GREETING, { talk: { EHLO: drip } }]],
    ['drips its reply to AUTH', overImplicitTls(answering(drip))],
  ])('and %s takes no more than the budget', async (_what, script) => {
    const { result, tookMs } = await attack(script);
    expect(result).toMatchObject({ credential: 'unknown', verdict: expect.stringMatching(/^timeout:/) });
    expect(tookMs).toBeLessThan(BUDGET_MS + GRACE_MS);
  });
});

describe('what a server says too much', () => {
  const MEGABYTE = 1024 * 1024;

  it.each<[string, Act]>([
    ['a line of a megabyte', { send: `535 5.7.8 ${'x'.repeat(MEGABYTE)}\r\n` }],
    ['a megabyte of lines', { send: `${'535-5.7.8 no\r\n'.repeat(MEGABYTE / 14)}535 5.7.8 no\r\n` }],
    ['a megabyte of empty lines', { send: `${'\r\n'.repeat(MEGABYTE / 2)}535 5.7.8 no\r\n` }],
  ])('ends the login: %s', async (_what, act) => {
    const { evidence, result } = await attack(overImplicitTls(answering(act)), { budgetMs: 10_000 });
    expect(result).toMatchObject({ credential: 'unknown', verdict: 'protocol-error' });
    expect(recordsOf(evidence).length).toBeLessThan(8192);
  });

  it('is no reply when it comes before its question: no AUTH goes out', async () => {
    const ehlo = `${extensions('AUTH PLAIN')}535 5.7.8 Authentication failed\r\n`;
    const { received, evidence } = await attack(overImplicitTls({ talk: { EHLO: ehlo } }));
    expect(received).not.toMatch(/AUTH/);
    expect(evidence).toMatchObject({ authSent: false, stage: 'ehlo' });
  });
});

describe('a server that repeats what it was told', () => {
  const base64 = (text: string) => Buffer.from(text).toString('base64');
  const secrets = [PASSWORD, base64(PASSWORD), base64(`\0${USERNAME}\0${PASSWORD}`)];

  it.each(secrets)('puts no secret into a record: %#', async (secret) => {
    const act = { send: `535 5.7.8 ${secret} is wrong for ${USERNAME}\r\n` };
    const { evidence, result } = await attack(overImplicitTls(answering(act)));
    expect(result.verdict).toBe('rejected');
    for (const text of [...secrets, USERNAME]) expect(recordsOf(evidence)).not.toContain(text);
  });

  it('puts no secret into the list of mechanisms, and no mechanism name of 20,000 letters', async () => {
    const ehlo = extensions(`AUTH ${PASSWORD} ${'X'.repeat(20_000)} PLAIN`);
    const { evidence } = await attack(overImplicitTls({ talk: { EHLO: ehlo, AUTH: { send: 'close' } } }));
    expect(evidence.offered).toEqual(['PLAIN']);
  });

  it.each(['login', 'too many', 'many login attempts'])(
    'is understood all the same when the password is %j',
    async (password) => {
      const act = { send: '535 5.7.8 Too many login attempts\r\n' };
      const { result } = await attack(overImplicitTls(answering(act)), { password });
      expect(result).toMatchObject({ credential: 'unknown', verdict: 'rate-limited' });
    },
  );

  it('writes no control characters into a record', async () => {
    const act = { send: '535 5.7.8 \u0000no\u001b[2J \u0085way\r\n' };
    const { evidence } = await attack(overImplicitTls(answering(act)));
    expect(evidence.reply?.text).not.toMatch(/\p{Cc}/u);
  });
});

describe('an answer that is none', () => {
  it.each<[string, string]>([
    ['a refusal without its end of line', '535 5.7.8 Authentication failed'],
    ['a welcome without its end of line', '235 2.7.0 Welcome'],
    ['half of a reply', '535-5.7.8 Authentication failed\r\n'],
  ])('proves nothing: %s, then the end of the connection', async (_what, send) => {
    const script: Script = [
      GREETING,
      { expect: /^EHLO /, send: extensions('AUTH PLAIN') },
      { expect: /^AUTH /, send },
      { send: 'close' },
    ];
    expect((await attack(script)).result).toMatchObject({
      credential: 'unknown',
      verdict: 'closed:auth',
    });
  });
});
