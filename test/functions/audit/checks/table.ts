import { describe, expect, it } from 'vitest';
import type { Check } from '../../../../functions/audit/check.ts';
import type { CredentialFacts } from '../../../../functions/audit/facts/credential-facts.ts';
import type { Outcome, Status, UnknownReason } from '../../../../functions/audit/outcome.ts';
import { soundFacts } from '../sound-facts.ts';

/** What differs from a sound credential, and the status, or the reason of an unknown, that it must give. */
export type Case = readonly [
  name: string,
  changes: Partial<CredentialFacts>,
  expected: Exclude<Status, 'unknown'> | UnknownReason,
];

export type Cases = Readonly<Record<string, readonly Case[]>>;

const statusOf = (outcome: Outcome) => (outcome.status === 'unknown' ? outcome.reason : outcome.status);

/** Tests every check of a family on its cases; `alwaysKnown` are those whose facts cannot be missing. */
export function testChecks(
  checks: readonly Check[],
  cases: Cases,
  alwaysKnown: readonly string[] = [],
): void {
  describe.each(checks)('$id', ({ id, rule }) => {
    const table = cases[id] ?? [];
    const outcomes = table.map(([, changes]) => rule({ ...soundFacts, ...changes }));

    it.each(table)('%s', (_name, changes, expected) => {
      expect(statusOf(rule({ ...soundFacts, ...changes }))).toBe(expected);
    });

    it('has a good case, a bad one, and one in which nothing is known or nothing applies', () => {
      const seen = new Set(outcomes.map(({ status }) => status));
      expect(seen).toContain('pass');
      expect(seen.has('fail') || seen.has('warn')).toBe(true);
      expect(seen.has('unknown') || seen.has('not-applicable')).toBe(!alwaysKnown.includes(id));
    });

    it('says what it saw, and neither password nor address', () => {
      for (const [index, [, changes]] of table.entries()) {
        const { content } = { ...soundFacts, ...changes };
        const evidence = outcomes[index]?.evidence ?? '';
        expect(evidence.length).toBeGreaterThan(10);
        expect(evidence).not.toContain('@');
        if (content.known && content.value.kind === 'credential') {
          expect(evidence).not.toContain(content.value.credential.password.reveal());
        }
      }
    });
  });
}
