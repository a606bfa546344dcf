import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { Validations } from '../../../functions/table/validations.ts';
import type { ValidationResult } from '../../../functions/validation/contract.ts';
import { InProcessTable } from '../../support/aws/dynamodb.ts';

let table: InProcessTable;
let validations: Validations;

beforeEach(() => {
  table = new InProcessTable();
  validations = new Validations(table);
});

const arnOf = (name: string, suffix = 'AbCdEf') =>
  `arn:aws:secretsmanager:eu-central-1:111122223333:secret:${name}-${suffix}`;
const MAIL = arnOf('mail/ada');

type Says = Pick<ValidationResult, 'credential' | 'verdict'>;
const VALID: Says = { credential: 'good', verdict: 'valid' };
const REJECTED: Says = { credential: 'bad', verdict: 'rejected' };
const HELD_BACK: Says = { credential: 'unknown', verdict: 'held-back' };

function result(minute: number, says: Says, changes: Partial<ValidationResult> = {}): ValidationResult {
  return {
    secretId: 'mail/ada',
    versionId: 'version-1',
    checkedAt: new Date(Date.UTC(2026, 2, 1, 6, minute)).toISOString(),
    ...says,
    authSent: true,
    advice: 'none',
    retry: { allowed: false },
    endpoint: { host: 'mail.example.com', port: 465, security: 'tls' },
    tls: null,
    auth: null,
    reply: null,
    timings: null,
    ...changes,
  };
}

function record(minute: number, says: Says, secretArn = MAIL, current = true) {
  return validations.record({ secretArn, current, result: result(minute, says) });
}

describe('what is known of a credential', () => {
  it('is nothing before its first validation', async () => {
    expect(await validations.latest(MAIL)).toBeNull();
  });

  it('is its newest validation while none was definite', async () => {
    await record(1, { credential: 'unknown', verdict: 'timeout:connect' });
    await record(2, HELD_BACK);
    expect(await validations.latest(MAIL)).toMatchObject({
      ...HELD_BACK,
      checkedAt: result(2, HELD_BACK).checkedAt,
    });
  });

  it('stays good or bad through held-back and every other unknown, which show as the last check', async () => {
    await record(1, VALID);
    await record(2, HELD_BACK);
    const lastCheck = { verdict: 'held-back', checkedAt: result(2, VALID).checkedAt, versionId: 'version-1' };
    expect(await validations.latest(MAIL)).toMatchObject({
      ...VALID,
      checkedAt: result(1, VALID).checkedAt,
      lastCheck,
    });
    await record(3, REJECTED);
    expect(await validations.latest(MAIL)).toMatchObject({ ...REJECTED, lastCheck: { verdict: 'rejected' } });
  });

  it('is the same in whatever order concurrent validations are written down', {
    timeout: 30_000,
  }, async () => {
    const says = fc.constantFrom(VALID, REJECTED, HELD_BACK);
    const checks = fc
      .uniqueArray(fc.integer({ min: 0, max: 59 }), { minLength: 1, maxLength: 6 })
      .chain((minutes) => fc.tuple(...minutes.map((minute) => fc.tuple(fc.constant(minute), says))));
    let run = 0;
    await fc.assert(
      fc.asyncProperty(checks, async (written) => {
        run += 1;
        const arn = arnOf(`mail/${run}`);
        await Promise.all(written.map(([minute, one]) => record(minute, one, arn)));
        const sorted = written.toSorted(([a], [b]) => b - a);
        const newest = sorted[0] ?? [0, VALID];
        const known = sorted.find(([, { credential }]) => credential !== 'unknown') ?? newest;
        const latest = await validations.latest(arn);
        expect(latest).toMatchObject({ ...known[1], checkedAt: result(known[0], VALID).checkedAt });
        expect(latest?.lastCheck.checkedAt).toBe(result(newest[0], VALID).checkedAt);
      }),
      { numRuns: 60 },
    );
  });

  it('says nothing of a version that is not in use', async () => {
    await record(1, VALID);
    await record(2, REJECTED, MAIL, false);
    expect(await validations.latest(MAIL)).toMatchObject({ ...VALID, lastCheck: { verdict: 'valid' } });
    expect(await validations.history(MAIL, 10)).toHaveLength(2);
  });

  it('dies with a secret that is made again under its name', async () => {
    await record(1, VALID);
    const again = arnOf('mail/ada', 'GhIjKl');
    expect(await validations.latest(again)).toBeNull();
    await record(2, HELD_BACK, again);
    expect(await validations.latest(again)).toMatchObject(HELD_BACK);
    expect(await validations.latest(MAIL)).toBeNull();
  });

  it('is kept 90 days from the newest validation', async () => {
    await record(1, VALID);
    const items = [...(await table.items()).values()];
    const days = items.map(({ expiresAt }) => (Number(expiresAt?.N) - Date.now() / 1000) / 86_400);
    expect(days.map(Math.round)).toEqual([90, 90]);
  });
});

describe('all credentials, page by page', () => {
  it('come once each, over all partitions', async () => {
    const names = Array.from({ length: 120 }, (_, index) => `mail/${index}`);
    await Promise.all(names.map((name) => record(1, VALID, arnOf(name))));
    const seen: string[] = [];
    for (let after: string | undefined, full = true; full; after = seen.at(-1)) {
      const page = await validations.page(7, after);
      seen.push(...page.map(({ secretName }) => secretName));
      full = page.length === 7;
    }
    expect(seen.toSorted()).toEqual(names.toSorted());
    const partitions = new Set(
      [...(await table.items()).keys()].flatMap((key) => key.match(/^CREDENTIALS#./) ?? []),
    );
    expect(partitions.size).toBe(16);
  });
});
