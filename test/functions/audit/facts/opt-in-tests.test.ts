import { describe, expect, it } from 'vitest';
import { ALL_OFF, OptInTests } from '../../../../functions/audit/facts/mail-host.ts';
import type { OptInCheck } from '../../../../functions/audit/settings.ts';
import { resultWith } from '../../../../functions/smtp/login-result.ts';

const endpoint = { host: 'Mail.example.com', port: 587, security: 'starttls' } as const;
const RECIPIENT = 'ada@mailbox.example.org';

function world() {
  const users: string[] = [];
  const passwords: string[] = [];
  const relayed: string[] = [];
  const tests = new OptInTests({
    attempt: async ({ username, password }) => {
      users.push(username);
      passwords.push(password.reveal());
      return { result: resultWith('rejected'), evidence: null };
    },
    relay: async (_endpoint, recipient) => {
      relayed.push(recipient);
      return { result: 'answered', command: 'RCPT', code: 554 };
    },
  });
  return { users, passwords, relayed, tests };
}

const agree = (host: string, checks: readonly OptInCheck[], recipient?: string) => [
  { host, checks: [...checks], ...(recipient && { recipient }) },
];

describe('what the owner has not agreed to', () => {
  it.each([
    ['nothing at all', []],
    ['another host', agree('other.example.com', ['negative-control', 'open-relay'], RECIPIENT)],
    ['a host with the same ending', agree('example.com', ['negative-control', 'open-relay'], RECIPIENT)],
    ['other checks', agree('mail.example.com', ['canary-send', 'breach-lookup'], RECIPIENT)],
  ])('is not tried: %s', async (_name, optIns) => {
    const { tests, users, relayed } = world();
    expect(await tests.of(endpoint, optIns, 1000)).toEqual(ALL_OFF);
    expect([...users, ...relayed]).toEqual([]);
  });

  it('is not relayed to anybody without a recipient', async () => {
    const { tests, relayed } = world();
    const facts = await tests.of(endpoint, agree('mail.example.com', ['open-relay']), 1000);
    expect(facts.openRelay).toBe('no-recipient');
    expect(relayed).toEqual([]);
  });
});

describe('what the owner has agreed to', () => {
  const optIns = agree('mail.example.com', ['negative-control', 'open-relay'], RECIPIENT);

  it('is tried once for all credentials of a server', async () => {
    const { tests, users, relayed } = world();
    const all = await Promise.all([1, 2, 3].map(() => tests.of(endpoint, optIns, 1000)));
    expect(users).toHaveLength(1);
    expect(relayed).toEqual([RECIPIENT]);
    expect(all[0]).toMatchObject({ negativeControl: { known: true }, openRelay: { known: true } });
    expect(new Set(all)).toHaveProperty('size', 1);
  });

  it('logs in as one and the same user in every batch, so that its login budget bounds them all, with another password', async () => {
    const [first, second] = [world(), world()];
    await first.tests.of(endpoint, optIns, 1000);
    await second.tests.of(endpoint, optIns, 1000);
    expect([...first.users, ...second.users]).toEqual([
      'keyturn-negative-control',
      'keyturn-negative-control',
    ]);
    expect(first.passwords[0]).toMatch(/^[\w-]{24}$/);
    expect(first.passwords[0]).not.toBe(second.passwords[0]);
  });
});
