import { execFileSync, spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe } from 'vitest';
import { ProviderError } from '../../../functions/providers/provider.ts';
import type { SqlAdmin } from '../../../functions/providers/sql.ts';
import type { Fault } from '../../functions/providers/conformance.ts';
import { conformsAsSetter, type Setter } from '../../functions/providers/conformance-setting.ts';
import { startCuttingRelay } from './cutting-relay.ts';
import { ADMIN, type Deployment, deploy, LOGINS } from './deployment.ts';
import { run } from './server.ts';

const START_MS = 120_000;

describe.each(['postgresql', 'mysql'] satisfies SqlAdmin['dialect'][])(
  'a password table in %s',
  (dialect) => {
    let here: Deployment;
    beforeAll(async () => {
      here = await deploy(dialect);
    }, START_MS);
    afterAll(() => here.stop(), START_MS);

    conformsAsSetter(() => start(here), ['unauthorized', 'unanswered']);
  },
);

async function start({ database, provider }: Deployment): Promise<Setter> {
  await run(
    database,
    `DELETE FROM users; INSERT INTO users VALUES ${LOGINS.map((one) => `('${one}', '-')`)}`,
  );
  const relay = await startCuttingRelay(database.port);
  const contents = () => run(database, 'SELECT * FROM users ORDER BY login');
  const faults: Fault[] = [];
  const adminPassword = () => (faults[0] === 'unauthorized' && faults.shift() ? 'wrong' : ADMIN.password);
  // A provider reads its admin secret once.
  const fresh = () => provider({ port: relay.port, password: adminPassword() });
  const { kind, logins, passwordLimit } = fresh();
  return {
    provider: {
      kind,
      logins,
      passwordLimit,
      endpoints: () => fresh().endpoints(),
      check: () => fresh().check(),
      set: (...args) => fresh().set(...args),
    },
    fail: (fault, times = 1) => {
      faults.splice(0, faults.length, ...Array<Fault>(times).fill(fault));
      if (fault !== 'unanswered') return;
      const before = contents();
      relay.cut = {
        beforeAnswer: async () =>
          faults.length > 0 && (await contents()) !== (await before) && faults.pop() === fault,
      };
    },
    writes: () => 0,
    reasonOf: (error) => {
      if (error instanceof ProviderError) return error.reason;
      throw error;
    },
    secrets: () => [ADMIN.password],
    accepts: (username, password) =>
      isStored(database.client(`SELECT password FROM users WHERE login = '${username}'`), password),
    close: () => relay.close(),
  };
}

/** What Dovecot itself says of a stored record. */
function isStored([program, ...args]: readonly [string, ...string[]], password: string): boolean {
  const record = execFileSync(program, args, { encoding: 'utf8' }).trim();
  if (!record.startsWith('{')) return false;
  return spawnSync('/usr/bin/doveadm', ['pw', '-t', record, '-p', password]).status === 0;
}
