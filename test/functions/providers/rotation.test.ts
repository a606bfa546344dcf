import { afterEach, describe, expect, test } from 'vitest';
import { MailgunLogins } from '../../../functions/providers/mailgun.ts';
import { everyLogin } from '../../../functions/providers/secret.ts';
import { SesKeys } from '../../../functions/providers/ses-keys.ts';
import { InProcessIam } from '../../support/aws/iam.ts';
import { arnOf } from '../../support/aws/secrets-manager.ts';
import { FaultyHttp } from '../../support/providers/faulty-http.ts';
import { MailgunApi } from '../../support/providers/mailgun-api.ts';
import { ResendApi } from '../../support/providers/resend-api.ts';
import { SendGridApi } from '../../support/providers/sendgrid-api.ts';
import type { SmtpTestServer } from '../../support/smtp-servers.ts';
import { issuingLab, placeOf, RotationLab, smtpFor } from './rotation-lab.ts';

/** After that no request of a step that failed can still arrive. */
const SETTLED_MS = 60_000;
const LOGINS = ['one@mg.example.com', 'two@mg.example.com'] as const;

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const server of open.splice(0)) await server.close();
});

async function smtp(accepts: (username: string, password: string) => boolean): Promise<SmtpTestServer> {
  const server = await smtpFor(accepts);
  open.push(server);
  return server;
}

async function issuing(api: SendGridApi | ResendApi) {
  const made = await issuingLab(api);
  open.push(...made.open);
  return made;
}

describe.each([
  ['SendGrid', () => new SendGridApi()],
  ['Resend', () => new ResendApi()],
] as const)('a secret whose keys %s issues', (_name, newApi) => {
  test('is bootstrapped, rotated with both keys working, and the old key is removed at the end', async () => {
    const api = newApi();
    const { lab } = await issuing(api);
    expect(await lab.rotate()).toEqual(['minted', 'nothing-to-set', 'proven', 'promoted']);
    await lab.rotate();
    const [old, current] = [lab.credential('AWSPREVIOUS'), lab.credential('AWSCURRENT')];
    expect(await Promise.all([lab.verdict(old), lab.verdict(current)])).toEqual(['valid', 'valid']);
    expect(old.credentialId).not.toBe(current.credentialId);
    lab.leap(SETTLED_MS);
    await lab.retire();
    await lab.retire();
    expect([...api.keys.keys()]).toEqual([current.credentialId]);
    expect(await lab.verdict(old)).toBe('rejected');
    expect(await lab.verdict(current)).toBe('valid');
  });

  test('a key whose answer was lost is found by its name at the next try, and removed; foreign ones stay', async () => {
    const api = newApi();
    const { lab, http } = await issuing(api);
    const foreign = api.add('keyturn/other/by somebody else');
    const token = 'the-one-token'.padEnd(36, '0');
    http.fail(undefined, 'unanswered');
    await expect(lab.rotate(token)).rejects.toMatchObject({ reason: 'ambiguous' });
    const lost = [...api.keys.keys()].filter((id) => id !== foreign.id);
    expect(lost).toHaveLength(1);
    lab.leap(SETTLED_MS);
    await lab.rotate(token);
    const current = lab.credential('AWSCURRENT');
    expect([...api.keys.keys()].toSorted()).toEqual([foreign.id, current.credentialId].toSorted());
    expect(lost).not.toContain(current.credentialId);
  });
});

describe('a secret whose two logins take turns at Mailgun', () => {
  test('changes the login that is not in use, so that the one in use works until its next turn', async () => {
    const api = new MailgunApi();
    for (const login of LOGINS) api.passwords.set(login, `the first password of ${login}`);
    const http = await FaultyHttp.start(api.handle);
    open.push(http);
    const server = await smtp((username, password) => api.accepts(username, password));
    const provider = { type: 'mailgun', logins: LOGINS, adminSecretId: 'admin/provider' };
    const lab = new RotationLab({ ...placeOf(server), provider }, [server], (named, deps) => {
      if (named.type !== 'mailgun') throw new Error(named.type);
      return new MailgunLogins(named, deps, http.url);
    });
    lab.addAdministrator({ type: 'mailgun', apiKey: api.adminKey, domain: api.domain, logins: LOGINS });
    for (const login of [LOGINS[0], LOGINS[1], LOGINS[0]]) {
      expect(await lab.rotate()).toEqual(['password-made', 'password-set', 'proven', 'promoted']);
      expect(lab.credential('AWSCURRENT').username).toBe(login);
      expect(await lab.verdict(lab.credential('AWSCURRENT'))).toBe('valid');
    }
    expect(await lab.verdict(lab.credential('AWSPREVIOUS'))).toBe('valid');
    expect(http.requests.map(({ method }) => method)).toEqual(['PUT', 'PUT', 'PUT']);
  });
});

describe('a secret of Amazon SES for several regions', () => {
  async function inTwoRegions(elsewhere: string) {
    const iam = new InProcessIam({ 'keyturn:secret': arnOf('keyturn/orders') });
    const home = await smtp((username, password) => iam.accepts(username, password, 'us-east-1'));
    const away = await smtp((username, password) => iam.accepts(username, password, elsewhere));
    const provider = {
      type: 'ses',
      userName: 'orders',
      region: 'us-east-1',
      regions: ['eu-west-1'],
    } as const;
    const endpoints = [{ region: 'eu-west-1', ...placeOf(away) }];
    const value = { ...placeOf(home), provider, endpoints };
    return new RotationLab(
      { ...value },
      [home, away],
      () => new SesKeys(iam.client, { ...provider, regions: ['eu-west-1'] }),
    );
  }

  test('is proven in all of them, each with its own password', async () => {
    const lab = await inTwoRegions('eu-west-1');
    await lab.rotate();
    await lab.rotate();
    const logins = everyLogin(lab.credential('AWSCURRENT'));
    expect(new Set(logins.map(({ password }) => password.reveal())).size).toBe(2);
    expect(await Promise.all(logins.map((one) => lab.verdict(one)))).toEqual(['valid', 'valid']);
  });

  test('does not become current when one of them refuses it', async () => {
    const lab = await inTwoRegions('eu-central-1');
    await expect(lab.rotate()).rejects.toThrow('the pending credential');
    expect(() => lab.credential('AWSCURRENT')).toThrow('seed');
  });
});
