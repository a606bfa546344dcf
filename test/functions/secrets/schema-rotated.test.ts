import { describe, expect, it } from 'vitest';
import type { Credential } from '../../../functions/secrets/credential.ts';
import { parseSecret } from '../../../functions/secrets/schema.ts';

const secret = { host: 'smtp.example.com', port: 587, username: 'ada', password: 'home' };
const parse = (changes: object) => parseSecret(JSON.stringify({ ...secret, ...changes }));

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
