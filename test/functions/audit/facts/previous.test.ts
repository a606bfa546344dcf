import { describe, expect, it } from 'vitest';
import { known } from '../../../../functions/audit/check.ts';
import { previousCredential } from '../../../../functions/audit/facts/mail-host.ts';
import type { CredentialFacts } from '../../../../functions/audit/subjects/credential.ts';
import type { Credential, Provider } from '../../../../functions/providers/secret.ts';
import type { SecretDescription } from '../../../../functions/secrets/description.ts';
import { Redacted } from '../../../../functions/secrets/redacted.ts';
import { resultWith } from '../../../../functions/smtp/login-result.ts';
import { issued } from '../../lifecycle/snapshots.ts';
import { credential, DAY, NOW, soundFacts } from '../sound-facts.ts';

const OLD_ID = 'AKIAEXAMPLE000000000';
const value = (username: string) =>
  JSON.stringify({ host: 'mail.example.com', port: 465, username, password: 'canary-V8kq2LxZr9Tn4WsB' });

interface Case {
  readonly description?: Partial<SecretDescription>;
  readonly current?: Credential;
  readonly stored?: string | null;
  readonly keys?: CredentialFacts['keys'];
  readonly storedAt?: number | null;
}

async function previous({
  description = {},
  current = credential,
  stored = value(OLD_ID),
  keys = soundFacts.keys,
  storedAt = null,
}: Case) {
  const tried: string[] = [];
  const result = await previousCredential(
    {
      store: {
        read: async () =>
          stored === null
            ? { kind: 'absent' }
            : { kind: 'value', versionId: 'previous', text: new Redacted(stored), createdAt: null },
      },
      attempt: async ({ credential, meantToFail }) => {
        expect(meantToFail).toBe(true);
        tried.push(credential.username);
        return { result: resultWith('rejected'), evidence: null };
      },
      settings: soundFacts.settings,
      now: () => NOW,
      keys,
      storedAt,
    },
    { ...soundFacts.description, ...description },
    current,
    1000,
  );
  return { result, tried };
}

describe('the replaced credential', () => {
  it('is tried once when overlap and soak are over', async () => {
    const { result, tried } = await previous({});
    expect(tried).toEqual([OLD_ID]);
    expect(result).toMatchObject({ kind: 'tried', outcome: { result: { verdict: 'rejected' } } });
  });

  it('is tried when 48 hours of overlap, 72 of soak, the look that ends it, and 15 minutes for its provider are over', async () => {
    const replaced = (minutesAgo: number) =>
      previous({ description: { lastRotatedAt: NOW - 5 * DAY - minutesAgo * 60_000 } });
    expect((await replaced(34.9)).tried).toEqual([]);
    expect((await replaced(35)).tried).toEqual([OLD_ID]);
  });

  it('is not tried while its provider lists it as active: that would be a use, and keep it from being retired', async () => {
    const listed = (active: boolean) => known([{ ...issued(OLD_ID), active }]);
    expect(await previous({ keys: listed(true) })).toEqual({ result: { kind: 'active' }, tried: [] });
    expect((await previous({ keys: listed(false) })).tried).toEqual([OLD_ID]);
    expect((await previous({ keys: known([]) })).tried).toEqual([OLD_ID]);
  });

  it('is left alone for as long after a value was stored by hand as after a rotation', async () => {
    const stored = (minutesAgo: number) => previous({ storedAt: NOW - 5 * DAY - minutesAgo * 60_000 });
    expect((await stored(34.9)).tried).toEqual([]);
    expect((await stored(35)).tried).toEqual([OLD_ID]);
  });

  const manual: Provider = { type: 'mailgun' } as Provider;
  it.each<[string, Case]>([
    ['no version is replaced', { description: { stages: { current: ['AWSCURRENT'] } } }],
    ['nobody says when it was replaced', { description: { lastRotatedAt: null } }],
    ['its provider lets two logins take turns', { current: { ...credential, provider: manual } }],
    ['the version has no value', { stored: null }],
    ['the version cannot be parsed', { stored: '{}' }],
    ['it is the current one', { stored: value(credential.username) }],
  ])('is left alone when %s', async (_name, given) => {
    const { result, tried } = await previous(given);
    expect(tried).toEqual([]);
    expect(result.kind).toBe('not-tried');
  });
});
