import { randomBytes, randomUUID } from 'node:crypto';
import { rootCertificates } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { parseSecret } from '../../../functions/providers/secret.ts';
import { PasswordTable } from '../../../functions/providers/sql.ts';
import { Webhook } from '../../../functions/providers/webhook.ts';
import { createAuthority } from '../../../sandbox/certificates.ts';
import { loopbackNetwork } from '../../support/loopback-network.ts';
import { certificateOf, chainWith } from '../../support/odd-certificates/chains.ts';
import { curveKeys, otherKeys, WITHOUT_IDENTIFIER } from '../../support/odd-certificates/keys.ts';
import { adminOf } from '../../support/providers/admin-of.ts';

const EXPECTED = 'PEM certificates with RSA, Ed25519, P-256, P-384 or P-521 keys, not ';
const FIT = /^(prime256v1|secp384r1|secp521r1) /;
const keys = [...curveKeys()];
const secret = { host: 'mail.corp.example', port: 465, username: 'ada', password: 'S3cret-canary' };
const parse = (changes: object) => parseSecret(JSON.stringify({ ...secret, ...changes }));
const rootOn = (curve: string) => {
  const key = keys.find(({ name }) => name === curve);
  if (!key) throw new Error(`expected ${curve} among the curves of OpenSSL`);
  return chainWith(key, 'root').root;
};

const depsWith = (admin: object) => ({
  readAdmin: adminOf(admin),
  network: loopbackNetwork(),
  randomBytes,
  newId: randomUUID,
  now: Date.now,
});

describe('the trusted certificates of a secret', () => {
  it('may be on a curve that public authorities use', () => {
    for (const { name } of keys.filter(({ name }) => FIT.test(name)))
      expect(parse({ ca: rootOn(name) }), name).toMatchObject({ kind: 'credential' });
  });

  it('may be any public authority that Node trusts: none is on a curve that ends the process', () => {
    expect(parse({ ca: rootCertificates.join('\n') })).toMatchObject({ kind: 'credential' });
    expect(rootCertificates.length).toBeGreaterThan(100);
  });

  it('are refused on every other curve that OpenSSL lists, by its name', () => {
    const others = keys.filter(({ name, signingKey }) => signingKey && !FIT.test(name));
    // Two encodings of 82 curves, less those two, SM2, and the three that fit; and one curve without a name.
    expect(others).toHaveLength(2 * (82 - WITHOUT_IDENTIFIER.length - 1 - 3) + 1);
    for (const key of others) {
      const expected = key.name.endsWith(' named') ? key.name.replace(/ named$/, '') : expect.any(String);
      const parsed = parse({ ca: chainWith(key, 'root').root });
      expect(parsed, key.name).toMatchObject({ kind: 'malformed', path: '$.ca' });
      const got = parsed.kind === 'malformed' ? parsed.expected : '';
      expect(got.slice(0, EXPECTED.length)).toBe(EXPECTED);
      expect(got.slice(EXPECTED.length)).toEqual(expected);
    }
  });

  it('are refused wherever one of them is, and wherever the secret has them', async () => {
    const odd = rootOn('brainpoolP256r1 named');
    const { cert } = await createAuthority();
    const expected = `${EXPECTED}brainpoolP256r1`;
    const places: readonly (readonly [string, object])[] = [
      ['$.ca', { ca: `${cert}\n${odd}` }],
      ['$.endpoints.0.ca', { endpoints: [{ region: 'eu-west-1', host: 'a.example', port: 465, ca: odd }] }],
    ];
    for (const [path, changes] of places)
      expect(parse(changes)).toEqual({ kind: 'malformed', path, expected });
  });

  it('are refused in an administrator’s secret, for a database, a receiver and a mail server', async () => {
    const ca = rootOn('brainpoolP256r1 named');
    const place = { host: 'db.corp.example', database: 'mail', table: 'users' };
    const columns = { loginColumn: 'login', passwordColumn: 'password' };
    const sql = {
      ...{ type: 'sql', dialect: 'postgresql', username: 'u', password: 'p' },
      ...place,
      ...columns,
    };
    const webhook = {
      type: 'webhook',
      url: 'https://set.corp.example',
      signingSecret: `whsec_${'a'.repeat(32)}`,
    };
    const logins: [string] = ['ada'];
    const table = (admin: object) =>
      new PasswordTable({ type: 'sql', adminSecretId: 'admin', logins }, depsWith({ ...admin, logins }));
    const hook = (admin: object) =>
      new Webhook({ type: 'webhook', signingSecretId: 'admin', logins }, depsWith({ ...admin, logins }));
    const elsewhere = { endpoints: [{ host: 'a.example', port: 465, ca }] };
    for (const provider of [
      table({ ...sql, ca }),
      table({ ...sql, ...elsewhere }),
      hook({ ...webhook, ca }),
      hook({ ...webhook, ...elsewhere }),
    ])
      await expect(provider.check()).rejects.toThrow(`${EXPECTED}brainpoolP256r1`);
    await table(sql).check();
    await hook(webhook).check();
  });

  it('are refused with a key that is not readable, and never thrown at', () => {
    const unreadable = /^(EC (without|with inherited|on an unknown|beside)|DSA without|an unknown)/;
    for (const key of otherKeys()) {
      const parsed = parse({ ca: certificateOf(key) });
      if (unreadable.test(key.name))
        expect(parsed).toMatchObject({ path: '$.ca', expected: `${EXPECTED}an unreadable key` });
      else expect(parsed, key.name).toMatchObject({ kind: 'credential' });
    }
    for (const key of keys.filter(({ name }) => name.startsWith('SM2')))
      expect(parse({ ca: certificateOf(key) })).toMatchObject({
        expected: `${EXPECTED}another type of key`,
      });
  });
});
