import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { ProviderError } from '../../../functions/providers/provider.ts';
import type { SqlAdmin } from '../../../functions/providers/sql.ts';
import type { AuthMethod } from '../../../functions/secrets/credential.ts';
import { Redacted } from '../../../functions/secrets/redacted.ts';
import { login } from '../../../functions/smtp/login.ts';
import { resultOf } from '../../../functions/smtp/login-result.ts';
import { createAuthority } from '../../../sandbox/certificates.ts';
import { loopbackNetwork } from '../../support/loopback-network.ts';
import { type CuttingRelay, startCuttingRelay } from './cutting-relay.ts';
import { ADMIN, type Deployment, deploy, LOGINS } from './deployment.ts';
import { run } from './server.ts';

const [FIRST, SECOND] = LOGINS;
const START_MS = 120_000;
const BUDGET_MS = 10_000;
const newPassword = () => new Redacted(randomBytes(32).toString('base64url'));

describe.each(['postgresql', 'mysql'] satisfies SqlAdmin['dialect'][])(
  'a password table in %s',
  (dialect) => {
    let here: Deployment;
    let initial: Readonly<Record<string, Redacted>>;

    beforeAll(async () => {
      here = await deploy(dialect);
    }, START_MS);

    afterAll(() => here.stop(), START_MS);

    beforeEach(async () => {
      await run(
        here.database,
        `DELETE FROM users; INSERT INTO users VALUES
      ('${FIRST}', '-'), ('${SECOND}', '-'), ('bystander', '{PLAIN}x');`,
      );
      initial = { [FIRST]: newPassword(), [SECOND]: newPassword() };
      for (const name of LOGINS) await here.provider().set(name, passwordOf(name));
    });

    const passwordOf = (name: string) => initial[name] ?? new Redacted('');

    const verdict = async (name: string, password: Redacted, authMethod?: AuthMethod) => {
      const credential = { ...here.credential(name, password), ...(authMethod && { authMethod }) };
      const evidence = await login(credential, BUDGET_MS, loopbackNetwork(credential.endpoint));
      return resultOf(evidence).verdict;
    };

    const rows = async () =>
      (await run(here.database, 'SELECT * FROM users ORDER BY login, password')).split('\n');

    const refusal = async (name: string, changes?: Partial<SqlAdmin>): Promise<ProviderError> => {
      const error = await here
        .provider(changes)
        .set(name, newPassword())
        .then(
          () => undefined,
          (reason: unknown) => reason,
        );
      expect(error).toMatchObject({ name: 'ProviderError' });
      return error as ProviderError;
    };

    test.each(['SCRAM-SHA-256', 'PLAIN', 'LOGIN'] as const)(
      'the new password logs in at a real Dovecot by %s, and the other login until its turn',
      async (method) => {
        const next = newPassword();
        await here.provider().set(SECOND, next);
        expect(await verdict(SECOND, next, method)).toBe('valid');
        expect(await verdict(SECOND, passwordOf(SECOND), method)).toBe('rejected');
        expect(await verdict(FIRST, passwordOf(FIRST), method)).toBe('valid');
      },
    );

    test('changes exactly one row, again when it is repeated', async () => {
      const next = newPassword();
      const before = await rows();
      await here.provider().set(FIRST, next);
      await here.provider().set(FIRST, next);
      const after = await rows();
      expect(after).toHaveLength(before.length);
      expect(after.filter((row) => !before.includes(row))).toEqual([
        expect.stringMatching(new RegExp(`^${FIRST}[|\t]\\{SCRAM-SHA-256\\}4096,`)),
      ]);
      expect(await verdict(FIRST, next)).toBe('valid');
    });

    test.each<readonly [string, string, (unknown: string) => Partial<SqlAdmin>]>([
      ['a wrong password of the administrator', 'unauthorized', () => ({ password: 'wrong' })],
      ['a column that the administrator may not change', 'unauthorized', () => ({ passwordColumn: 'login' })],
      ['a certificate of an unknown authority', 'refused', (ca) => ({ ca })],
      ['a certificate for another name', 'refused', () => ({ host: '127.0.0.1' })],
    ])('%s changes nothing, and is %s', async (_what, reason, changes) => {
      const before = await rows();
      const error = await refusal(FIRST, changes((await createAuthority()).cert));
      expect(error).toMatchObject({ reason });
      expect(error.message).not.toContain(ADMIN.password);
      expect(await rows()).toEqual(before);
    });

    test.each(['nobody', 'bystander'])(
      'without exactly one row for a login (%s) it changes none',
      async (name) => {
        await run(here.database, "INSERT INTO users VALUES ('bystander', '{PLAIN}y')");
        const before = await rows();
        expect(await refusal(name)).toMatchObject({ reason: 'refused' });
        expect(await rows()).toEqual(before);
      },
    );

    test('a locked row is waited for no longer than allowed, and stays as it was', async () => {
      const before = await rows();
      const sleeping = run(
        here.database,
        `BEGIN; UPDATE users SET password = password WHERE login = '${FIRST}'; ${SLEEP[dialect]}; ROLLBACK`,
      );
      await untilLocked(here, FIRST);
      expect(await refusal(FIRST)).toMatchObject({ reason: 'unavailable' });
      await sleeping;
      expect(await rows()).toEqual(before);
      await here.provider().set(FIRST, newPassword());
    });

    describe('over a connection that breaks', () => {
      let relay: CuttingRelay;

      beforeAll(async () => {
        relay = await startCuttingRelay(here.database.port);
      });

      afterAll(() => relay.close());

      test.each([
        ['before its COMMIT arrives', false, { beforeRequest: () => isLocked(here, FIRST) }],
        ['after its COMMIT is done', true, { beforeAnswer: () => isChanged() }],
      ])('%s it says that it does not know, and setting it again settles it', async (_when, done, cut) => {
        before = await rows();
        relay.cut = cut;
        expect(await refusal(FIRST, { port: relay.port })).toMatchObject({ reason: 'ambiguous' });
        relay.cut = {};
        await expect.poll(() => isLocked(here, FIRST)).toBe(false);
        expect(await isChanged()).toBe(done);
        const next = newPassword();
        await here.provider({ port: relay.port }).set(FIRST, next);
        expect(await verdict(FIRST, next)).toBe('valid');
      });

      let before: readonly string[] = [];
      const isChanged = async () => (await rows()).some((row) => !before.includes(row));
    });
  },
);

/** Longer than a statement of the provider may wait here. */
const SLEEP = { postgresql: 'SELECT pg_sleep(3)', mysql: 'DO sleep(3)' } as const;

/** Whether somebody else holds the row: what a transaction that updated it and has not ended looks like. */
async function isLocked({ database }: Deployment, name: string): Promise<boolean> {
  const free = await run(database, `SELECT login FROM users WHERE login = '${name}' FOR UPDATE SKIP LOCKED`);
  return free === '';
}

async function untilLocked(here: Deployment, name: string): Promise<void> {
  await expect.poll(() => isLocked(here, name), { timeout: 2000 }).toBe(true);
}
