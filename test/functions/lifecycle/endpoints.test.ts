import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { refusalOf, ruleOnEndpoints } from '../../../functions/lifecycle/endpoints.ts';
import type { Endpoint } from '../../../functions/net/endpoint.ts';
import { parseSecret } from '../../../functions/providers/secret.ts';
import { everyEndpoint } from '../../../functions/secrets/credential.ts';
import {
  addressOf,
  type CanonicalEndpoint,
  canonicalEndpoint,
  canonicalHostPort,
  endpointIn,
  spelt,
} from '../../../functions/secrets/endpoint.ts';
import { createAuthority } from '../../../sandbox/certificates.ts';

let authorities: readonly string[];

beforeAll(async () => {
  const made = await Promise.all(['one', 'two', 'three'].map((name) => createAuthority(name)));
  authorities = made.map(({ cert }) => cert);
});

/** What the secret's JSON says, read as rotation reads it. */
function named(value: object): readonly CanonicalEndpoint[] {
  const parsed = parseSecret(JSON.stringify({ provider: { type: 'manual' }, ...value }));
  if (parsed.kind === 'malformed') throw new Error(`malformed at ${parsed.path}`);
  const { endpoint, endpoints } = parsed.kind === 'seed' ? parsed : parsed.credential;
  return everyEndpoint({ endpoint, ...(endpoints && { endpoints }) }).map(canonicalEndpoint);
}

const ALLOWED: Endpoint = { host: 'mail.example.com', port: 465, security: 'tls' };
const rule = (value: object, ...allowed: readonly Endpoint[]) =>
  ruleOnEndpoints(named(value), allowed.map(canonicalEndpoint));

describe('where a password may go', () => {
  it.each<[string, object, string]>([
    ['another host', { host: 'mail.example.net', port: 465 }, 'host'],
    ['a host below it', { host: 'x.mail.example.com', port: 465 }, 'host'],
    ['the domain above it', { host: 'example.com', port: 465 }, 'host'],
    ['a host that begins like it', { host: 'mail.example.com.evil.example', port: 465 }, 'host'],
    ['its A-label lookalike', { host: 'xn--mil-5cd.example.com', port: 465 }, 'host'],
    ['an address', { host: '192.0.2.1', port: 465 }, 'host'],
    ['another port', { host: 'mail.example.com', port: 587 }, 'port'],
    ['another port as text', { host: 'mail.example.com', port: '2465' }, 'port'],
    ['another security', { host: 'mail.example.com', port: 465, security: 'starttls' }, 'security'],
  ])('is refused: %s', (_name, value, changed) => {
    expect(rule(value, ALLOWED)).toMatchObject({ kind: 'endpoint-changed', changed });
  });

  it.each([
    'mail.example.com.',
    'm\u00e4il.example.com',
    '\u212aail.example.com',
    'mail.example.com\u0000',
    ' mail.example.com',
  ])('is no host at all: %j', (host) => {
    expect(() => named({ host, port: 465 })).toThrow('malformed at $.host');
    const raw = canonicalEndpoint({ ...ALLOWED, host });
    expect(ruleOnEndpoints([raw], [canonicalEndpoint(ALLOWED)]).kind).toBe('endpoint-changed');
  });

  it('is refused when nobody named anything', () => {
    expect(rule({ host: 'mail.example.com', port: 465 })).toMatchObject({ changed: 'host' });
  });

  it('is refused when one of several places is not allowed, wherever it stands in the list', () => {
    const home = { host: 'mail.example.com', port: 465 };
    const regional = { region: 'eu-west-1', host: 'evil.example', port: 465 };
    expect(rule({ ...home, endpoints: [regional] }, ALLOWED)).toMatchObject({
      kind: 'endpoint-changed',
      endpoint: { host: 'evil.example' },
    });
    const away = { ...ALLOWED, host: 'evil.example' };
    expect(rule({ ...home, endpoints: [regional] }, ALLOWED, away)).toEqual({ kind: 'allowed' });
    expect(rule({ ...regional, endpoints: [{ region: 'eu-west-1', ...home }] }, ALLOWED).kind).toBe(
      'endpoint-changed',
    );
  });

  it('takes a CA of its own only where the very same one is allowed', () => {
    const [one = '', two = ''] = authorities;
    const place = { host: 'mail.example.com', port: 465 };
    const changed = { kind: 'endpoint-changed', changed: 'ca' };
    expect(rule({ ...place, ca: one }, ALLOWED)).toMatchObject(changed);
    expect(rule(place, { ...ALLOWED, ca: one })).toMatchObject(changed);
    expect(rule({ ...place, ca: two }, { ...ALLOWED, ca: one })).toMatchObject(changed);
    expect(rule({ ...place, ca: one + two }, { ...ALLOWED, ca: one })).toMatchObject(changed);
    expect(rule({ ...place, ca: one }, { ...ALLOWED, ca: one + two })).toMatchObject(changed);
    expect(rule({ ...place, ca: two + one }, { ...ALLOWED, ca: one + two })).toEqual({ kind: 'allowed' });
  });

  it('does not mix fields of two allowed places', () => {
    const [ca = ''] = authorities;
    const other: Endpoint = { host: 'localhost', port: 5001, security: 'starttls', ca };
    const mixed = [
      { host: 'localhost', port: 465, security: 'tls' },
      { host: 'mail.example.com', port: 5001, security: 'starttls' },
      { host: 'mail.example.com', port: 465, security: 'tls', ca },
    ];
    for (const value of mixed) expect(rule(value, ALLOWED, other).kind).toBe('endpoint-changed');
  });
});

const label = fc.stringMatching(/^[a-z]([a-z0-9-]{0,10}[a-z0-9])?$/);
const hostName = fc.array(label, { minLength: 2, maxLength: 4 }).map((labels) => labels.join('.'));
const host = fc.oneof(
  hostName,
  fc.ipV4(),
  fc.ipV6().map((address) => new URL(`smtp://[${address}]`).hostname.slice(1, -1)),
);
const certificates = fc.option(fc.subarray([0, 1, 2], { minLength: 1 }), { nil: null });
const endpoint = fc
  .record({
    host,
    port: fc.integer({ min: 1, max: 65535 }),
    security: fc.constantFrom('tls' as const, 'starttls' as const),
    ca: certificates,
  })
  .map(
    ({ ca, ...place }): Endpoint => ({
      ...place,
      ...(ca && { ca: ca.map((index) => authorities[index]).join('') }),
    }),
  );

describe('for any endpoint', () => {
  it('a single change of host, port, security or CA is refused', () => {
    const change = fc.constantFrom('host', 'port', 'security', 'ca');
    fc.assert(
      fc.property(endpoint, endpoint, change, (one, other, field) => {
        const changed = { ...one, [field]: other[field as keyof Endpoint] };
        const [before, after] = [canonicalEndpoint(one), canonicalEndpoint(changed)];
        fc.pre(spelt(before) !== spelt(after));
        expect(ruleOnEndpoints([after], [before])).toMatchObject({
          kind: 'endpoint-changed',
          changed: field,
        });
      }),
    );
  });

  it('a respelling of the same one is allowed: case, IPv6 zeros, order, repetition and layout of the CA', () => {
    fc.assert(
      fc.property(endpoint, fc.array(fc.boolean(), { minLength: 260, maxLength: 260 }), (one, upper) => {
        const letters = [...longForm(one.host)].map((c, index) => (upper[index] ? c.toUpperCase() : c));
        const ca = one.ca && { ca: respelt(one.ca) };
        const respelling = { ...one, host: letters.join(''), ...ca };
        expect(ruleOnEndpoints(named(respelling), [canonicalEndpoint(one)])).toEqual({ kind: 'allowed' });
      }),
    );
  });

  it('one text stands for it, which a tag can hold and which is read back', () => {
    fc.assert(
      fc.property(endpoint, (one) => {
        const canonical = canonicalEndpoint(one);
        // Tags of Secrets Manager: letters, digits, spaces and these.
        expect(spelt(canonical)).toMatch(/^[\p{L}\d _.:/=+\-@]{1,256}$/u);
        expect(endpointIn(spelt(canonical))).toEqual(canonical);
        expect(canonicalHostPort(addressOf(canonical))).toBe(addressOf(canonical));
      }),
    );
  });
});

/** All eight groups of an IPv6 address; anything else as it is. */
function longForm(text: string): string {
  if (!text.includes(':')) return text;
  const [before = [], after = []] = text.split('::').map((half) => half.split(':').filter(Boolean));
  return [...before, ...Array<string>(8 - before.length - after.length).fill('0000'), ...after].join(':');
}

function respelt(ca: string): string {
  const blocks = ca.split(/(?<=-----END CERTIFICATE-----)\s*/).filter(Boolean);
  return `a comment\r\n${[...blocks.toReversed(), blocks[0]].join('\r\n\r\n').replaceAll(/(?<!\r)\n/g, '\r\n')}`;
}

describe('a text that names an endpoint', () => {
  it.each([
    'mail.example.com:465',
    'smtps://mail.example.com',
    'https://mail.example.com:465',
    'smtps://mail.example.com.:465',
    'smtps://mail.example.com:0',
    'smtps://mail.example.com:65536',
    'smtps://a@mail.example.com:465',
    'smtps://mail.example.com:465/',
    'smtps://mail.example.com:465 ca=',
    `smtps://mail.example.com:465 ca=${'0'.repeat(63)}:`,
    'smtps://mail.example.com:465 smtps://evil.example:465',
    '',
  ])('is none: %j', (text) => {
    expect(endpointIn(text)).toBeNull();
  });

  it('takes the fingerprint as OpenSSL prints it', () => {
    const colons = Array.from({ length: 32 }, () => 'AB').join(':');
    expect(endpointIn(`smtps://Mail.example.com:465 ca=${colons}`)).toEqual({
      host: 'mail.example.com',
      port: 465,
      security: 'tls',
      ca: 'ab'.repeat(32),
    });
  });
});

it('a refusal says what stands there, which field it is, what may, and both ways out', () => {
  const refusal = refusalOf(
    named({ host: 'mail.example.com', port: 587 }),
    [canonicalEndpoint(ALLOWED)],
    'keyturn/orders',
  );
  expect(refusal).toEqual({
    reason: 'endpoint-changed',
    state:
      'endpoint-changed: the secret names smtp://mail.example.com:587, and no password is sent there: its port is none that the ' +
      "provider, the deployment, the administrator's secret or an operator named. Allowed: smtps://mail.example.com:465.",
    nextAction:
      'Put it right in the secret, or accept it: keyturn accept-endpoint keyturn/orders mail.example.com:587',
  });
});
