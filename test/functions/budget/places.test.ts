import prepare from '@mongodb-js/saslprep';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { accountName, placesOf, sharedService } from '../../../functions/budget/places.ts';
import { sesHost } from '../../../functions/providers/ses.ts';
import { Redacted } from '../../../functions/secrets/redacted.ts';
import { InProcessTable } from '../../support/aws/dynamodb.ts';
import { attemptOf } from '../../support/prover.ts';
import { credential } from './evidence.ts';
import { ScriptedProver } from './scripted-prover.ts';

const LIMITS = { failures: 4, hostFailures: 4, windowMs: 60_000 };

describe('one service is one, by each of its names', () => {
  it.each([
    [
      'email-smtp.eu-central-1.amazonaws.com',
      [
        'email-smtp.eu-central-1.amazonaws.com',
        'email-smtp-fips.eu-central-1.amazonaws.com',
        'vpce-0a1b2c3d-xyz.email-smtp.eu-central-1.vpce.amazonaws.com',
      ],
    ],
    ['email-smtp.us-gov-west-1.amazonaws.com', ['email-smtp.us-gov-west-1.amazonaws.com']],
    ['email-smtp.cn-north-1.amazonaws.com', [sesHost('cn-north-1')]],
    ['smtp.sendgrid.net', ['smtp.sendgrid.net', 'smtp.eu.sendgrid.net']],
    ['smtp.mailgun.org', ['smtp.mailgun.org']],
    ['smtp.eu.mailgun.org', ['smtp.eu.mailgun.org']],
    ['smtp.resend.com', ['smtp.resend.com']],
    ['smtp.office365.com', ['smtp.office365.com', 'smtp-mail.outlook.com', 'outlook.office365.com']],
    ['smtp.gmail.com', ['smtp.gmail.com', 'smtp-relay.gmail.com']],
  ])('%s', (name, hosts) => {
    expect(hosts.map((host) => sharedService(host)?.name)).toEqual(hosts.map(() => name));
  });

  it.each([
    'mail.example.com',
    'email-smtp.eu-central-1.amazonaws.com.example.com',
    'email-smtp.example.com',
    'smtp.sendgrid.net.example.com',
    'notsmtp.sendgrid.net',
    '192.0.2.5',
  ])('and %s is none of them', (host) => {
    expect(sharedService(host)).toBeNull();
  });
});

const at = (host: string, changes: Partial<typeof credential> = {}) => ({
  ...credential,
  endpoint: { ...credential.endpoint, host },
  ...changes,
});

describe('at a shared service', { timeout: 30_000 }, () => {
  it('ten bad credentials hold nobody else back, and no item is that of all accounts', async () => {
    const table = new InProcessTable();
    const process = new ScriptedProver([...Array(40).fill('refused'), 'good'], table);
    const prover = { ...process.prover, limits: LIMITS };
    for (let n = 0; n < 40; n += 1)
      await attemptOf(
        prover,
        at('email-smtp.eu-central-1.amazonaws.com', { username: `AKIA${n % 10}` }),
        20_000,
      );
    const good = at('email-smtp-fips.eu-central-1.amazonaws.com', { username: 'AKIAGOOD' });
    expect((await attemptOf(prover, good, 20_000)).result.verdict).toBe('valid');
    const keys = [...(await table.items()).keys()];
    expect(keys).toHaveLength(11);
    expect(keys.filter((key) => !key.endsWith('|LOGINS'))).toEqual([]);
  });

  it.each([
    ['smtp.sendgrid.net', 'apikey', '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'],
    ['smtp.resend.com', 'resend', 're_c1tpEyD8_NKFusih9vKVQknRAQfmFcWCv'],
  ])(
    '%s, where all log in as %s, keys have budgets of their own, told apart by what is public of them',
    (host, username, key) => {
      const other = key.replace(/[a-z]{2}/, 'zz');
      const keyOf = (password: string, changes = {}) =>
        placesOf(at(host, { username, password: new Redacted(password), ...changes }), [], LIMITS).counted[0]
          ?.key.pk;
      expect(keyOf(key)).not.toBe(keyOf(other));
      expect(keyOf(key)).toBe(keyOf(`${key.slice(0, -4)}AAAA`));
      expect(keyOf('no key', { credentialId: '1' })).not.toBe(keyOf('no key', { credentialId: '2' }));
    },
  );

  it('at Google dots and the other name of the domain make no other account, elsewhere they do', () => {
    const keyOf = (host: string, username: string) =>
      placesOf(at(host, { username }), [], LIMITS).counted[0]?.key.pk;
    const spellings = ['orders@gmail.com', 'o.r.ders@gmail.com', 'ORDERS@googlemail.com'];
    const keysAt = (host: string, names: readonly string[]) =>
      new Set(names.map((name) => keyOf(host, name))).size;
    expect(keysAt('smtp.gmail.com', spellings)).toBe(1);
    expect(keysAt('smtp.gmail.com', ['or.ders@example.com', 'orders@example.com'])).toBe(2);
    expect(keysAt('smtp.mailgun.org', ['or.ders@gmail.com', 'orders@gmail.com'])).toBe(2);
  });

  it('a throttled account closes the circuit for the others of the service, as at any host', async () => {
    const process = new ScriptedProver(['throttled', 'good']);
    const [ada, bob] = ['ada', 'bob'].map((name) =>
      at('smtp.office365.com', { username: `${name}@example.com` }),
    );
    if (!ada || !bob) throw new Error('no accounts');
    const verdicts = [];
    for (const one of [ada, bob]) verdicts.push((await attemptOf(process.prover, one, 20_000)).result);
    expect(verdicts).toMatchObject([
      { verdict: 'throttled' },
      { verdict: 'held-back', heldBack: { reason: 'throttled' } },
    ]);
    process.now += 60_000;
    expect((await attemptOf(process.prover, bob, 20_000)).result.verdict).toBe('valid');
  });
});

describe('one account is one, written as', () => {
  it.each([
    [
      'orders@example.com',
      [
        'Orders@Example.COM',
        'ORDERS@EXAMPLE.COM',
        ' orders@example.com',
        'orders@example.com ',
        '\torders@example.com\r\n',
        'orders @ example.com',
        'orders@example.com.',
        'ｏｒｄｅｒｓ@example.com',
        'orders＠example.com',
        'ord\u00aders@example.com',
        'ord\u1806ers@example.com',
        'orders\u200d@example.com',
        '\ufefforders@example.com',
        'orders@example.com\u00a0',
        '\u3000orders@example.com',
        'orderſ@example.com',
      ],
    ],
    ['jürgen@example.com', ['ju\u0308rgen@example.com', 'JÜRGEN@example.com', 'JU\u0308RGEN@EXAMPLE.com']],
    ['ada@bücher.example', ['ada@xn--bcher-kva.example', 'ada@BÜCHER.example', 'ada@bu\u0308cher.example']],
    ['IX', ['\u2168', 'I\u00adX', 'ix', 'ⅸ']],
    ['straße', ['strasse', 'STRASSE', 'STRAẞE']],
    ['οδοσ', ['ΟΔΟΣ', 'οδος']],
    ['first last', ['first\u00a0last', 'First\u2003Last', 'first\u200blast']],
    ['orders', ['EXAMPLE\\orders', 'orders@', 'orders@ ', 'Example\\ORDERS']],
  ])('%j', (name, others) => {
    expect(others.map(accountName)).toEqual(others.map(() => accountName(name)));
  });

  it('a bare name is the local part of every full one, and equal to none', () => {
    const bare = accountName('Orders');
    expect(bare.full).toBe(bare.local);
    for (const full of ['orders@example.com', ' ORDERS@example.org'].map(accountName)) {
      expect(full.local).toBe(bare.full);
      expect(full.full).not.toBe(bare.full);
    }
  });

  it('names with other domains, sub-addresses and local parts are other accounts', () => {
    const names = [
      'orders@a.example',
      'orders@b.example',
      'orders+eu@a.example',
      'o.rders@a.example',
      'orders',
    ];
    expect(new Set(names.map((name) => accountName(name).full)).size).toBe(names.length);
  });

  const unit = fc.oneof(
    {
      weight: 3,
      arbitrary: fc.constantFrom('a', 'B', '@', '.', ' ', '\\', 'é', 'ß', 'Σ', 'İ', '\u00ad', '\u00a0'),
    },
    { weight: 1, arbitrary: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }) },
  );
  const names = fc.array(unit, { minLength: 1, maxLength: 12 }).map((parts) => parts.join(''));

  it('what SASLprep makes of a name (RFC 4013), wherever it makes something of it', () => {
    let prepared = 0;
    fc.assert(
      fc.property(names, (name) => {
        const by4013 = saslPrepOf(name);
        if (by4013 === null) return;
        prepared += by4013 === name ? 0 : 1;
        expect(accountName(by4013)).toEqual(accountName(name));
      }),
      { numRuns: 2000 },
    );
    expect(prepared).toBeGreaterThan(100);
  });

  it('any of its normal forms, in capitals, in small letters, or with space around it', () => {
    fc.assert(
      fc.property(names, (name) => {
        const account = accountName(name);
        for (const form of ['NFC', 'NFD', 'NFKC', 'NFKD'] as const)
          expect(accountName(name.normalize(form))).toEqual(account);
        for (const same of [name.toLowerCase(), ` ${name}\t`, `${name}\u200d`])
          expect(accountName(same)).toEqual(account);
      }),
      { numRuns: 2000 },
    );
  });
});

function saslPrepOf(name: string): string | null {
  try {
    return prepare(name);
  } catch {
    return null;
  }
}
