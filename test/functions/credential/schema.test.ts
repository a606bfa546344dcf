import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseSecret } from '../../../functions/credential/schema.ts';

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
});
