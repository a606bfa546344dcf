import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Credential, everyLogin, parseSecret } from '../../../functions/providers/secret.ts';
import { everyEndpoint, idOf } from '../../../functions/secrets/credential.ts';
import { createAuthority } from '../../../sandbox/certificates.ts';

const secret = { host: 'smtp.example.com', port: 587, username: 'ada', password: 'p' };
const parse = (changes: object) => parseSecret(JSON.stringify({ ...secret, ...changes }));

describe('parseSecret', () => {
  it.each([
    [465, 'tls'],
    [2465, 'tls'],
    [587, 'starttls'],
    [2587, 'starttls'],
    [25, 'starttls'],
  ])('takes port %i for %s unless told otherwise', (port, security) => {
    expect(parse({ port })).toMatchObject({
      kind: 'credential',
      credential: { endpoint: { port, security } },
    });
    expect(parse({ port, security: 'tls' })).toMatchObject({ credential: { endpoint: { security: 'tls' } } });
  });

  it('takes a port written as text, as Secrets Manager templates of AWS do', () => {
    expect(parse({ port: '2465' })).toMatchObject({
      credential: { endpoint: { port: 2465, security: 'tls' } },
    });
  });

  it('takes a secret with a provider but without a login for a seed', () => {
    const provider = { type: 'ses', userName: 'orders', region: 'eu-west-1' };
    const seed = JSON.stringify({ host: 'smtp.example.com', port: 465, provider });
    expect(parseSecret(seed)).toMatchObject({ kind: 'seed', provider, endpoint: { security: 'tls' } });
  });

  it.each([
    ['$', 'not json'],
    ['$', '[]'],
    ['$', 'null'],
    ['$.host', JSON.stringify({ ...secret, host: 'smtp.example.com:587' })],
    ['$.host', JSON.stringify({ ...secret, host: 'a b' })],
    ['$.host', JSON.stringify({ ...secret, host: undefined })],
    ['$.port', JSON.stringify({ ...secret, port: 0 })],
    ['$.port', JSON.stringify({ ...secret, port: 65536 })],
    ['$.port', JSON.stringify({ ...secret, port: 'many' })],
    ['$.security', JSON.stringify({ ...secret, security: 'none' })],
    ['$.username', JSON.stringify({ ...secret, username: 'ada\r\nQUIT' })],
    ['$.username', JSON.stringify({ ...secret, username: '' })],
    ['$.password', JSON.stringify({ ...secret, password: undefined })],
    ['$.authMethod', JSON.stringify({ ...secret, authMethod: 'NTLM' })],
    ['$.ca', JSON.stringify({ ...secret, ca: 'not pem' })],
    ['$.from', JSON.stringify({ ...secret, from: 'nobody' })],
    [
      '$.provider.region',
      JSON.stringify({ ...secret, provider: { type: 'ses', userName: 'u', region: 'Mars' } }),
    ],
  ])('names %s as the bad field of %s', (path, text) => {
    expect(parseSecret(text)).toMatchObject({ kind: 'malformed', path });
  });

  it('never throws and never repeats a value, whatever the secret holds', () => {
    const canary = 'S3cr3t-canary-value';
    const values = fc.oneof(fc.constant(canary), fc.constant(`${canary}\u0000`), fc.jsonValue());
    const secrets = fc.record(
      {
        host: values,
        port: values,
        username: values,
        password: values,
        ca: values,
        from: values,
        provider: values,
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(secrets, (json) => {
        const parsed = parseSecret(JSON.stringify(json));
        if (parsed.kind === 'malformed') expect(JSON.stringify(parsed)).not.toContain(canary);
      }),
    );
  });

  it.each([
    ['text', 'a JSON object', '$', 'no'],
    ['a list', 'a JSON object', '$', '[]'],
    ['null', 'a JSON object', '$', 'null'],
    ['a number', 'a JSON object', '$', '7'],
    ['no user name', 'a value', '$.username', JSON.stringify({ ...secret, username: undefined })],
    ['a number as user name', 'a string', '$.username', JSON.stringify({ ...secret, username: 7 })],
    ['an empty user name', 'a non-empty string', '$.username', JSON.stringify({ ...secret, username: '' })],
    [
      'an endless user name',
      'at most 1024 characters',
      '$.username',
      JSON.stringify({ ...secret, username: 'a'.repeat(1025) }),
    ],
    [
      'an endless password',
      'at most 12288 characters',
      '$.password',
      JSON.stringify({ ...secret, password: 'a'.repeat(12289) }),
    ],
    [
      'a NUL in the password',
      'no control characters',
      '$.password',
      JSON.stringify({ ...secret, password: 'a\0b' }),
    ],
    ['a number as host', 'a host name', '$.host', JSON.stringify({ ...secret, host: 7 })],
    ['two hosts', 'a host name', '$.host', JSON.stringify({ ...secret, host: 'a b' })],
    ['a port in words', 'a port number', '$.port', JSON.stringify({ ...secret, port: 'many' })],
    ['half a port', 'a port number', '$.port', JSON.stringify({ ...secret, port: 25.5 })],
    ['a port with a sign', 'a port number', '$.port', JSON.stringify({ ...secret, port: '-25' })],
    ['port 0', 'a port from 1 to 65535', '$.port', JSON.stringify({ ...secret, port: 0 })],
    ['port 65536', 'a port from 1 to 65535', '$.port', JSON.stringify({ ...secret, port: 65536 })],
    ['port true', 'a port number', '$.port', JSON.stringify({ ...secret, port: true })],
    ['no security', '`tls` or `starttls`', '$.security', JSON.stringify({ ...secret, security: 'none' })],
    [
      'a mechanism of no RFC',
      'one of SCRAM-SHA-256, CRAM-MD5, PLAIN, LOGIN, OAUTHBEARER, XOAUTH2',
      '$.authMethod',
      JSON.stringify({ ...secret, authMethod: 'NTLM' }),
    ],
    ['a number as ca', 'PEM certificates', '$.ca', JSON.stringify({ ...secret, ca: 7 })],
    ['a sender without a domain', 'an e-mail address', '$.from', JSON.stringify({ ...secret, from: 'ada' })],
    [
      'an endless sender',
      'at most 254 characters',
      '$.from',
      JSON.stringify({ ...secret, from: `${'a'.repeat(250)}@b.de` }),
    ],
    [
      'an unknown provider',
      'a provider with a known `type` (ses, mailgun, sendgrid, resend, entra, sql, webhook, manual)',
      '$.provider.type',
      JSON.stringify({ ...secret, provider: { type: 'x' } }),
    ],
    [
      'a provider that is text',
      'a provider with a known `type` (ses, mailgun, sendgrid, resend, entra, sql, webhook, manual)',
      '$.provider',
      JSON.stringify({ ...secret, provider: 'ses' }),
    ],
    [
      'a long IAM user',
      'at most 64 characters',
      '$.provider.userName',
      JSON.stringify({ ...secret, provider: { type: 'ses', userName: 'u'.repeat(65), region: 'eu-west-1' } }),
    ],
    [
      'a region that is a number',
      'an AWS region',
      '$.provider.region',
      JSON.stringify({ ...secret, provider: { type: 'ses', userName: 'u', region: 7 } }),
    ],
    [
      'a seed without a host',
      'a value',
      '$.host',
      JSON.stringify({ port: 465, provider: { type: 'ses', userName: 'u', region: 'eu-west-1' } }),
    ],
    [
      'a seed on Mars',
      'an AWS region',
      '$.provider.region',
      JSON.stringify({ host: 'h', port: 465, provider: { type: 'ses', userName: 'u', region: 'Mars' } }),
    ],
  ])('says of %s that it expected %s at %s', (_what, expected, path, text) => {
    expect(parseSecret(text)).toEqual({ kind: 'malformed', path, expected });
  });

  it.each(['eu-west-1', 'us-gov-east-1', 'cn-north-1', 'ap-southeast-2'])('knows the region %s', (region) => {
    expect(parse({ provider: { type: 'ses', userName: 'u', region } })).toMatchObject({ kind: 'credential' });
  });

  it.each([
    'eu-west-1x',
    'xeu-west-1',
    'eu-west',
    'eu1-west-1',
    'eu-west-12',
    'EU-west-1',
    'e-west-1',
    'eu--1',
  ])('does not take %s for a region', (region) => {
    expect(parse({ provider: { type: 'ses', userName: 'u', region } })).toMatchObject({ kind: 'malformed' });
  });

  it.each(['SCRAM-SHA-256', 'CRAM-MD5', 'PLAIN', 'LOGIN', 'OAUTHBEARER', 'XOAUTH2'])(
    'takes a secret that names %s',
    (authMethod) => {
      expect(parse({ authMethod })).toMatchObject({ kind: 'credential', credential: { authMethod } });
    },
  );

  it('keeps what is set, and nothing that is not', () => {
    const provider = { type: 'ses', userName: 'orders', region: 'eu-west-1' };
    expect(parse({ from: 'ada@example.com', provider })).toEqual({
      kind: 'credential',
      credential: {
        endpoint: { host: 'smtp.example.com', port: 587, security: 'starttls' },
        username: 'ada',
        password: expect.anything(),
        from: 'ada@example.com',
        provider,
      },
    });
    expect(parse({})).toEqual({
      kind: 'credential',
      credential: {
        endpoint: { host: 'smtp.example.com', port: 587, security: 'starttls' },
        username: 'ada',
        password: expect.anything(),
      },
    });
  });

  it('takes the longest user name, password and sender, and the last port', () => {
    expect(parse({ username: 'a'.repeat(1024), password: 'p'.repeat(12288), port: 65535 })).toMatchObject({
      kind: 'credential',
      credential: { endpoint: { port: 65535, security: 'starttls' } },
    });
    expect(parse({ port: 1 })).toMatchObject({ kind: 'credential' });
  });

  it('takes a secret with one half of a login for a credential that lacks the other, not for a seed', () => {
    const provider = { type: 'ses', userName: 'orders', region: 'eu-west-1' };
    expect(parse({ username: undefined, provider })).toMatchObject({ path: '$.username' });
    expect(parse({ password: undefined, provider })).toMatchObject({ path: '$.password' });
    expect(parseSecret(JSON.stringify({ host: 'h', port: 465 }))).toMatchObject({ path: '$.username' });
  });

  it('keeps sender, mode and authority of a seed', async () => {
    const { cert: ca } = await createAuthority();
    const provider = { type: 'ses', userName: 'orders', region: 'eu-west-1' };
    const seed = { host: 'h', port: 465, security: 'starttls', ca, from: 'ada@example.com', provider };
    expect(parseSecret(JSON.stringify(seed))).toEqual({
      kind: 'seed',
      endpoint: { host: 'h', port: 465, security: 'starttls', ca },
      provider,
      from: 'ada@example.com',
    });
    expect(parseSecret(JSON.stringify({ host: 'h', port: 465, provider }))).toEqual({
      kind: 'seed',
      endpoint: { host: 'h', port: 465, security: 'tls' },
      provider,
    });
  });

  it('takes certificates that can be read, one or more, and no others', async () => {
    const [one, two] = [await createAuthority('One'), await createAuthority('Two')];
    const both = `${one.cert}\n${two.cert}\n`;
    expect(parse({ ca: both })).toMatchObject({ credential: { endpoint: { ca: both } } });
    expect(parse({ ca: one.cert })).toMatchObject({ kind: 'credential' });
    for (const ca of [
      one.cert.replace(/[A-Za-z0-9]{20}/, '!'),
      `${one.cert}\n-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n`,
      `${one.cert}\n-----BEGIN CERTIFICATE-----\n`,
      `${one.cert}\n-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n`,
    ])
      expect(parse({ ca })).toEqual({ kind: 'malformed', path: '$.ca', expected: 'PEM certificates' });
  });
});

function credential(changes: object): Credential {
  const parsed = parse(changes);
  if (parsed.kind !== 'credential') throw new Error(`expected a credential, got ${JSON.stringify(parsed)}`);
  return parsed.credential;
}

describe('parseSecret, of a secret that a rotation has written', () => {
  it('keeps the id by which the provider knows the credential, where that is not the user name', () => {
    expect(credential({ credentialId: 'key-1' })).toHaveProperty('credentialId', 'key-1');
    expect(credential({})).not.toHaveProperty('credentialId');
  });

  it('gives each further endpoint its own place and its own password, in the order of the secret', () => {
    const away = { region: 'eu-west-1', host: 'smtp.example.org', port: 465, password: 'away' };
    const inside = { region: 'us-gov-east-1', host: 'smtp.example.net', port: 2465, security: 'starttls' };
    const { endpoints = [] } = credential({ endpoints: [away, { ...inside, password: 'inside' }] });
    expect(endpoints.map(({ password, ...place }) => ({ ...place, password: password?.reveal() }))).toEqual([
      { ...away, security: 'tls' },
      { ...inside, password: 'inside' },
    ]);
  });

  it('knows an endpoint for which no rotation has made a password yet, and gives it none', () => {
    const away = { region: 'eu-west-1', host: 'smtp.example.org', port: 587 };
    const [endpoint] = credential({ endpoints: [away] }).endpoints ?? [];
    expect(endpoint).toStrictEqual({ ...away, security: 'starttls' });
  });

  it('names no endpoints where the secret has none', () => {
    expect(credential({})).not.toHaveProperty('endpoints');
  });

  const away = { region: 'eu-west-1', host: 'smtp.example.org', port: 465 };
  it.each([
    ['endpoints in words', 'a list of endpoints', '$.endpoints', 'eu-west-1'],
    ['an endpoint on Mars', 'an AWS region', '$.endpoints.0.region', [{ ...away, region: 'Mars' }]],
    [
      'an endpoint without a host',
      'a value',
      '$.endpoints.1.host',
      [away, { region: 'eu-west-1', port: 465 }],
    ],
    ['two lines', 'no control characters', '$.endpoints.0.password', [{ ...away, password: 'a\r\nQUIT' }]],
  ])('says of %s that it expected %s at %s', (_what, expected, path, endpoints) => {
    expect(parse({ endpoints })).toEqual({ kind: 'malformed', path, expected });
  });
});

describe('a credential with further endpoints', () => {
  const home = { host: 'smtp.example.com', port: 587, security: 'starttls' };
  const away = { host: 'smtp.example.org', port: 465, security: 'tls' };
  const unmade = { host: 'smtp.example.net', port: 465, security: 'tls' };
  const spread = credential({
    endpoints: [
      { ...away, region: 'eu-west-1', password: 'away' },
      { ...unmade, region: 'us-east-1' },
    ],
  });

  it('logs in at each of them that has a password, at its own first, with what else the secret says', () => {
    const logins = everyLogin(spread).map(({ password, ...login }) => ({
      ...login,
      password: password.reveal(),
    }));
    expect(logins).toEqual([
      { ...spread, password: 'p' },
      { endpoint: away, username: 'ada', password: 'away' },
    ]);
    const alone = credential({});
    expect(everyLogin(alone)).toEqual([alone]);
  });

  it('names the place of each, with a password or without', () => {
    const places = everyEndpoint(spread).map(({ host, port, security }) => ({ host, port, security }));
    expect(places).toEqual([home, away, unmade]);
    expect(everyEndpoint(credential({}))).toHaveLength(1);
  });
});

it('a credential goes by the id that its provider gave it, else by its user name', () => {
  expect(idOf(credential({ credentialId: 'key-1' }))).toBe('key-1');
  expect(idOf(credential({}))).toBe('ada');
  // As an earlier version called it.
  expect(idOf(credential({ accessKeyId: 'key-1' }))).toBe('key-1');
  expect(idOf(credential({ credentialId: 'key-2', accessKeyId: 'key-1' }))).toBe('key-2');
});
