import { describe, expect, test } from 'vitest';
import { pendingValue } from '../../../../functions/lifecycle/rotate/create-secret.ts';
import type { MintedCredential } from '../../../../functions/providers/provider.ts';
import { everyLogin, parseSecret } from '../../../../functions/providers/secret.ts';
import { Redacted } from '../../../../functions/secrets/redacted.ts';

const SEED = { host: 'email-smtp.us-east-1.amazonaws.com', port: 465, note: { kept: true } };
const MINTED = { id: 'AKIANEW', username: 'AKIANEW', password: new Redacted('one') };
const regional = (...regions: string[]) =>
  regions.map((region) => ({ region, password: new Redacted(`for ${region}`) }));

function value(fields: object, minted: MintedCredential): Record<string, unknown> {
  return JSON.parse(pendingValue(fields, minted).reveal());
}

describe('the value of a new version', () => {
  test('keeps every field, and has the new login', () => {
    expect(value(SEED, MINTED)).toEqual({ ...SEED, username: 'AKIANEW', password: 'one' });
  });

  test('names the id of the credential only where it is not the user name', () => {
    const sendgrid = { id: 'qfTQ6KG0', username: 'apikey', password: new Redacted('SG.one') };
    const first = value(SEED, sendgrid);
    expect(first).toMatchObject({ username: 'apikey', credentialId: 'qfTQ6KG0' });
    expect(value(first, MINTED)).not.toHaveProperty('credentialId');
    expect(value({ ...SEED, accessKeyId: 'qfTQ6KG0' }, MINTED)).not.toHaveProperty('accessKeyId');
  });

  test('nothing of the login before is left', () => {
    const before = value(SEED, { ...MINTED, password: new Redacted('old'), regional: regional('eu-west-1') });
    expect(JSON.stringify(value(before, MINTED))).not.toMatch(/old|eu-west-1/);
  });

  test('has a place for each further region, and each password in its own', () => {
    const { endpoints } = value(SEED, { ...MINTED, regional: regional('eu-west-1', 'cn-north-1') });
    expect(endpoints).toEqual([
      {
        region: 'eu-west-1',
        host: 'email-smtp.eu-west-1.amazonaws.com',
        port: 465,
        password: 'for eu-west-1',
      },
      {
        region: 'cn-north-1',
        host: 'email-smtp.cn-north-1.amazonaws.com.cn',
        port: 465,
        password: 'for cn-north-1',
      },
    ]);
  });

  test('a place that the secret names already keeps its host, port and certificates', () => {
    const place = { region: 'eu-west-1', host: 'vpce-1.example.com', port: 2587, security: 'starttls' };
    const other = { region: 'ap-south-1', host: 'vpce-2.example.com', port: 465 };
    const { endpoints } = value(
      { ...SEED, endpoints: [other, place] },
      { ...MINTED, regional: regional('eu-west-1') },
    );
    expect(endpoints).toEqual([{ ...place, password: 'for eu-west-1' }]);
  });

  test('is read by readers that know one endpoint only, and by those that know them all', () => {
    const text = pendingValue(SEED, { ...MINTED, regional: regional('eu-west-1') }).reveal();
    const { host, port, username, password } = JSON.parse(text);
    expect({ host, port, username, password }).toEqual({
      host: SEED.host,
      port: 465,
      username: 'AKIANEW',
      password: 'one',
    });
    const parsed = parseSecret(text);
    if (parsed.kind !== 'credential') throw new Error(parsed.kind);
    const logins = everyLogin(parsed.credential).map((one) => [
      one.endpoint.host,
      one.username,
      one.password.reveal(),
    ]);
    expect(logins).toEqual([
      [SEED.host, 'AKIANEW', 'one'],
      ['email-smtp.eu-west-1.amazonaws.com', 'AKIANEW', 'for eu-west-1'],
    ]);
  });

  test('a place without a password yet is not logged in at', () => {
    const place = { region: 'eu-west-1', host: 'vpce-1.example.com', port: 465 };
    const parsed = parseSecret(JSON.stringify({ ...SEED, username: 'a', password: 'b', endpoints: [place] }));
    if (parsed.kind !== 'credential') throw new Error(parsed.kind);
    expect(everyLogin(parsed.credential)).toHaveLength(1);
  });
});
