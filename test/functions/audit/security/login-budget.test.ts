import { describe, expect, it } from 'vitest';
import { OptInTests, previousCredential } from '../../../../functions/audit/facts/mail-host.ts';
import { placesOf } from '../../../../functions/budget/places.ts';
import type { Attempt } from '../../../../functions/budget/turn.ts';
import type { Credential, Provider } from '../../../../functions/providers/secret.ts';
import { Redacted } from '../../../../functions/secrets/redacted.ts';
import { resultWith } from '../../../../functions/smtp/login-result.ts';
import { credential, soundFacts } from '../sound-facts.ts';

/** SendGrid and Resend tell credentials apart by their passwords: all log in as the same user. */
const inUse: Credential = {
  ...credential,
  username: 'apikey',
  credentialId: 'key-2',
  provider: { type: 'sendgrid' } as Provider,
};
const STORED = JSON.stringify({
  host: inUse.endpoint.host,
  port: inUse.endpoint.port,
  username: 'apikey',
  credentialId: 'key-1',
  password: 'canary-V8kq2LxZr9Tn4WsB',
});

function accountOf(tried: Credential): string {
  const [place] = placesOf(tried, [], { failures: 4, hostFailures: 4, windowMs: 1 }).counted;
  return `${place?.key.pk} ${place?.account.account}`;
}

/** The accounts of the login budget that were charged with a login. */
function charged() {
  const accounts: string[] = [];
  const attempt = async ({ credential: tried }: Pick<Attempt, 'credential'>) => {
    accounts.push(accountOf(tried));
    return { result: resultWith('rejected'), evidence: null };
  };
  return { accounts, attempt };
}

describe('a login that the audit expects to be refused', () => {
  it('is never charged to the account of the credential in use, which could not log in any more after four', async () => {
    const { accounts, attempt } = charged();
    const read = async () =>
      ({ kind: 'value', versionId: 'previous', text: new Redacted(STORED), createdAt: null }) as const;
    const { settings, description, examinedAt, keys } = soundFacts;
    const ports = { store: { read }, attempt, settings, keys, storedAt: null, now: () => examinedAt };
    const result = await previousCredential(ports, description, inUse, 1000);
    expect(result).toMatchObject({ kind: 'not-tried', because: expect.stringContaining('one user') });
    expect(accounts).not.toContain(accountOf(inUse));
  });

  it('of a made-up user is charged to one account of the host, by each batch and run', async () => {
    const { accounts, attempt } = charged();
    const optIns = [{ host: credential.endpoint.host, checks: ['negative-control' as const] }];
    for (let batch = 0; batch < 3; batch += 1) {
      const tests = new OptInTests({
        attempt: (tried) => attempt({ credential: tried }),
        relay: async () => ({ result: 'unknown', reason: 'closed' }),
      });
      await tests.of(credential.endpoint, optIns, 1000);
    }
    expect(accounts).toHaveLength(3);
    expect(new Set(accounts).size).toBe(1);
  });
});
