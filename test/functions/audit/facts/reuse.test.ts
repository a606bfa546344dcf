import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { known } from '../../../../functions/audit/check.ts';
import { valueChecks } from '../../../../functions/audit/checks/value.ts';
import { type Holder, reusesOf, unpaired } from '../../../../functions/audit/facts/value-comparison.ts';
import type { Reuse } from '../../../../functions/audit/subjects/account.ts';
import { soundFacts, withAccount } from '../sound-facts.ts';

const arnOf = (name: string) => `arn:aws:secretsmanager:us-east-1:123456789012:secret:${name}-AbCdEf`;
const [ORDERS, BILLING, GUESS] = ['mail/orders', 'mail/billing', 'guess/42'].map(arnOf) as [
  string,
  string,
  string,
];
const ADA = 'ada@example.com';

const check = valueChecks.find(({ id }) => id === 'secret.reuse') ?? expect.fail();

/** What the finding on one secret says. */
function told(arn: string, reused: readonly Reuse[]) {
  const values = known({ reused, exposed: [], unread: [], complete: true });
  const description = { ...soundFacts.description, arn };
  return check.rule({ ...soundFacts, ...withAccount({ values }), description });
}

describe('of two secrets with the same password', () => {
  it.each<[string, string | null, string | null]>([
    ['of two owners', ADA, 'bob@example.com'],
    ['of which one has no owner', ADA, null],
    ['of which one has an empty owner', ADA, ''],
    ['of which neither has an owner', null, null],
    ['whose owners are both empty', '', ''],
    ['whose owners are both blank', ' ', ' '],
    ['whose owners are alike, but not the same', ADA, 'Ada@example.com'],
    ['of which one has the ARN of the other as its owner', null, ORDERS],
  ])('%s: each is told that there is a match, and neither which', (_name, one, other) => {
    const reuses = reusesOf([
      { arn: ORDERS, owner: one },
      { arn: GUESS, owner: other },
    ]);
    for (const arn of [ORDERS, GUESS]) {
      const { status, evidence } = told(arn, reuses);
      expect(status).toBe('fail');
      expect(evidence).not.toMatch(/mail\/|guess\/|\d/);
    }
  });

  it('of the same owner: each is named to the other', () => {
    const reuses = reusesOf([ORDERS, BILLING].map((arn) => ({ arn, owner: ADA })));
    expect(told(ORDERS, reuses).evidence).toBe('The same password is in mail/billing.');
    expect(told(BILLING, reuses).evidence).toBe('The same password is in mail/orders.');
  });
});

it('a guess that many others hold is told the same as one that a single one holds', () => {
  const holders = (count: number): Holder[] => [
    { arn: GUESS, owner: null },
    ...Array.from({ length: count }, (_, index) => ({ arn: arnOf(`mail/${index}`), owner: ADA })),
  ];
  expect(told(GUESS, reusesOf(holders(1)))).toEqual(told(GUESS, reusesOf(holders(1000))));
});

it('whatever is stored under whatever owners: a match is said exactly where there is one, and named within one owner only', () => {
  const owner = fc.constantFrom(null, '', ' ', ADA, 'Ada@example.com', 'bob@example.com');
  const secret = fc.record({ owner, password: fc.integer({ min: 0, max: 4 }) });
  fc.assert(
    fc.property(fc.array(secret, { maxLength: 12 }), (stored) => {
      const secrets = stored.map((one, index) => ({
        ...one,
        name: `canary-${index}-`,
        arn: arnOf(`canary-${index}-`),
      }));
      const byPassword = Map.groupBy(secrets, ({ password }) => password);
      const reuses = unpaired([...byPassword.values()].flatMap(reusesOf));
      for (const one of secrets) {
        const { status, evidence } = told(one.arn, reuses);
        const others = secrets.filter((other) => other !== one && other.password === one.password);
        const nameable = others.filter((other) => one.owner?.trim() && other.owner === one.owner);
        expect(status).toBe(others.length > 0 ? 'fail' : 'pass');
        const named = secrets.filter(({ name }) => evidence.includes(name));
        expect(named.filter((other) => !nameable.includes(other))).toEqual([]);
        expect(named.length).toBe(Math.min(3, nameable.length));
        expect(evidence.includes('not named')).toBe(others.length > nameable.length);
      }
    }),
  );
});

it('the order in which the facts are kept says nothing of who shares a password with whom', () => {
  const names = ['d', 'a', 'c', 'b'].map(arnOf);
  const pairs = [names.slice(0, 2), names.slice(2)].map((arns) => arns.map((arn) => ({ arn, owner: null })));
  const kept = unpaired(pairs.flatMap(reusesOf));
  expect(kept.map(({ arns }) => arns[0])).toEqual(names.toSorted());
});
