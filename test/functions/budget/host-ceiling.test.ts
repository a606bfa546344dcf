import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { attempt, type Prover, prove } from '../../../functions/budget/attempt.ts';

import type { Credential } from '../../../functions/providers/secret.ts';
import { Redacted } from '../../../functions/secrets/redacted.ts';
import type { LoginResult } from '../../../functions/smtp/login-result.ts';
import { createAuthority } from '../../../sandbox/certificates.ts';
import { InProcessTable } from '../../support/aws/dynamodb.ts';
import { proverOn, WINDOW_MS } from '../../support/prover.ts';
import { type SmtpTestServer, startSmtpServer } from '../../support/smtp-servers.ts';

const PASSWORD = 'V8kq2LxZr9Tn4WsB';
const LIMITS = { failures: 4, hostFailures: 4, windowMs: WINDOW_MS };
const BUDGET_MS = 10_000;
const USERS = Object.fromEntries(Array.from({ length: 50 }, (_, at) => [`user${at}@example.com`, PASSWORD]));

let server: SmtpTestServer;
let table: InProcessTable;
let ca: string;
/** How far the clock of the functions is ahead (ms). */
let ahead: number;
beforeEach(async () => {
  const authority = await createAuthority();
  ca = authority.cert;
  const leaf = await authority.issue({ names: ['localhost', '127.0.0.1'] });
  server = await startSmtpServer({ security: 'tls', users: USERS, leaf });
  table = new InProcessTable();
  ahead = 0;
});
afterEach(() => server.close());

function process(changes: Partial<Prover> = {}): Prover {
  return proverOn(table, [server], { limits: LIMITS, now: () => Date.now() + ahead, ...changes });
}

function credential(username: string, password: string, host = 'localhost'): Credential {
  const { port, security } = server;
  return { endpoint: { host, port, security, ca }, username, password: new Redacted(password) };
}

const good = (at: number) => credential(`user${at}@example.com`, PASSWORD);
const bad = (at: number) => credential(`bad${at}@example.com`, 'wrong');

async function tried(one: Credential, secretArn = one.username, prover = process()): Promise<LoginResult> {
  return (await prove(prover, { credential: one, secretArn, budgetMs: BUDGET_MS })).result;
}

const failures = () => server.logins.filter(({ answer }) => answer.code !== 235).length;

describe('a host that bans an address at its fifth failure', { timeout: 60_000 }, () => {
  it('sees four at the most of ten bad credentials, tried four times each by eight functions at once', async () => {
    const processes = Array.from({ length: 8 }, () => process());
    const all = Array.from({ length: 40 }, (_, at) =>
      tried(bad(at % 10), `bad${at % 10}`, processes[at % 8]),
    );
    const verdicts = new Set((await Promise.all(all)).map(({ verdict }) => verdict));
    expect(verdicts).toEqual(new Set(['rejected', 'held-back']));
    expect(failures()).toBe(4);
  });

  it('sees three of one bad credential, however often it is tried, and the others are still validated', async () => {
    for (let times = 10; times > 0; times -= 1) await tried(bad(0));
    expect(failures()).toBe(3);
    const verdicts = await Promise.all([0, 1, 2, 3, 4, 5].map((at) => tried(good(at))));
    expect(verdicts.map(({ verdict }) => verdict)).toEqual(Array(6).fill('valid'));
  });

  it('sees three of one secret whose writer gives another user name each time, and the others are validated', async () => {
    for (let at = 0; at < 10; at += 1) await tried(bad(at), 'the secret of the attacker');
    expect(failures()).toBe(3);
    expect((await tried(good(0))).verdict).toBe('valid');
  });

  it('leaves the owner of an account alone whose name another secret misuses', async () => {
    for (let times = 10; times > 0; times -= 1)
      await tried(credential('user0@example.com', 'guessed'), 'the secret of the attacker');
    expect(failures()).toBe(3);
    expect((await tried(good(0))).verdict).toBe('valid');
  });

  it('is left alone by all when two credentials are newly bad: the answer says why, until when and which setting', async () => {
    for (let times = 10; times > 0; times -= 1) await tried(bad(0));
    await tried(bad(1));
    const result = await tried(good(0));
    expect(result).toMatchObject({
      verdict: 'held-back',
      credential: 'unknown',
      heldBack: { reason: 'host-failures' },
      retry: { allowed: true },
    });
    expect(result.advice).toContain('`loginBudget.hostFailures`');
    expect(result.advice).toContain(`before ${result.heldBack?.until}`);
    expect(result.retry.afterSeconds).toBeGreaterThan(15 * 60 - 60);
    ahead += (result.retry.afterSeconds ?? 0) * 1000;
    expect((await tried(good(0))).verdict).toBe('valid');
  });

  it('is not closed to others by credentials that stay bad: from the next window on they share all places but the last', async () => {
    for (let times = 10; times > 0; times -= 1) await tried(bad(0));
    await tried(bad(1));
    for (let window = 0; window < 3; window += 1) {
      ahead += WINDOW_MS + 10_000;
      const before = failures();
      for (let times = 3; times > 0; times -= 1) await Promise.all([tried(bad(0)), tried(bad(1))]);
      expect(failures() - before).toBe(3);
      expect((await tried(good(window))).verdict).toBe('valid');
    }
  });

  it('lets fifty good credentials in that are tried at once, though three have failed and one place is left', async () => {
    for (let times = 3; times > 0; times -= 1) await tried(bad(0));
    const few = Array.from({ length: 3 }, () => process());
    const all = Array.from({ length: 50 }, (_, at) =>
      prove(few[at % 3] ?? process(), {
        credential: good(at),
        secretArn: `${at}`,
        budgetMs: BUDGET_MS,
        patienceMs: 40_000,
      }),
    );
    const verdicts = (await Promise.all(all)).map(({ result }) => result.verdict);
    expect(verdicts).toEqual(Array(50).fill('valid'));
  });
});

it('one account has one budget at a real server, whatever the spelling of host and user name', async () => {
  const limits = { ...LIMITS, hostFailures: 100 };
  const hosts = ['localhost', 'LOCALHOST', '127.0.0.1'];
  const names = [
    'user0@example.com',
    'User0@Example.COM',
    ' user0@example.com ',
    'user0@example.com\u00a0',
    'us\u00ader0@example.com',
    'ｕser0@example.com',
    'user0@example.com.',
    'user0',
  ];
  for (const [at, name] of hosts
    .flatMap((host) => names.map((user) => credential(user, 'wrong', host)))
    .entries())
    await attempt(process({ limits }), { credential: name, secretArn: `${at}`, budgetMs: BUDGET_MS });
  expect(failures()).toBe(4);
  const other = credential('user0@example.org', 'wrong');
  await attempt(process({ limits }), { credential: other, secretArn: 'other', budgetMs: BUDGET_MS });
  expect(failures()).toBe(5);
});
