import { describe, expect, it } from 'vitest';
import { missing, type Outcome } from '../../../../functions/audit/check.ts';
import { CATALOGUE } from '../../../../functions/audit/checks/catalogue.ts';
import type { CredentialFacts } from '../../../../functions/audit/subjects/credential.ts';
import { soundFacts } from '../sound-facts.ts';
import { FAMILIES } from './families.ts';

const CASES = new Map(FAMILIES.flatMap((family) => Object.entries(family)));
const ids = CATALOGUE.map(({ id }) => id);

const KINDS = ['good', 'bad', 'unknown'] as const;
type Kind = (typeof KINDS)[number];
const DESCRIBED = 'DescribeSecret is answered before a credential is examined at all.';
/** What a check never says, and why. All others have a case of each kind. */
const NEVER: Readonly<Record<string, readonly [why: string, ...never: Kind[]]>> = {
  'limit.client-throttle': ["Keyturn's own restraint accuses nobody.", 'bad'],
  'limit.server-signal': ['A server may ask to slow down.', 'bad'],
  'tls.pqc': ['A classical group is secure today.', 'bad'],
  'cert.lifetime': ['What is too long is for the authorities to say.', 'bad'],
  'secret.rotation-enabled': [DESCRIBED, 'unknown'],
  'secret.rotation-age': [DESCRIBED, 'unknown'],
  'secret.rotation-late': [DESCRIBED, 'unknown'],
  'secret.replica': [DESCRIBED, 'unknown'],
};

const kindOf = ({ status }: Outcome): Kind | null => {
  if (status === 'pass') return 'good';
  if (status === 'unknown') return 'unknown';
  return status === 'fail' || status === 'warn' ? 'bad' : null;
};
const statusOf = (outcome: Outcome) => (outcome.status === 'unknown' ? outcome.reason : outcome.status);

it('has cases of every check of the catalogue, each in one family, and of no other', () => {
  expect(FAMILIES.flatMap((family) => Object.keys(family)).toSorted()).toEqual(ids.toSorted());
});
it('makes no exception of a check that is not there', () => {
  expect(Object.keys(NEVER).filter((id) => !ids.includes(id))).toEqual([]);
});

describe.each(CATALOGUE)('$id', ({ id, rule }) => {
  const table = CASES.get(id) ?? [];
  const outcomes = table.map(([, changes]) => rule({ ...soundFacts, ...changes }));

  it.for(table)('%s', ([, changes, expected, says = '']) => {
    const outcome = rule({ ...soundFacts, ...changes });
    expect(statusOf(outcome)).toBe(expected);
    expect(outcome.evidence).toContain(says);
  });
  it('says what it saw, and neither password nor address', () => {
    for (const [index, [, changes]] of table.entries()) {
      const { content } = { ...soundFacts, ...changes };
      const evidence = outcomes[index]?.evidence ?? '';
      expect(evidence.length).toBeGreaterThan(10);
      expect(evidence).not.toMatch(/@|undefined|NaN|\[object/);
      if (content.known && content.value.kind === 'credential')
        expect(evidence).not.toContain(content.value.credential.password.reveal());
    }
  });
  it('has a passing, a failing and an unknown case, unless it is known never to say so', () => {
    const [, ...never] = NEVER[id] ?? [''];
    expect(table.length).toBeGreaterThan(1);
    const said = new Set(outcomes.map(kindOf));
    expect(KINDS.filter((kind) => said.has(kind))).toEqual(KINDS.filter((kind) => !never.includes(kind)));
  });
});

it('worries about nothing in a sound credential', () => {
  const statuses = CATALOGUE.map(({ id, rule }) => [id, rule(soundFacts).status]);
  expect(statuses.filter(([, status = '']) => ['fail', 'warn'].includes(status))).toEqual([]);
});

it('calls refused access unknown in every check but those that DescribeSecret alone answers', () => {
  const facts = refuseAll(soundFacts) as CredentialFacts;
  const answered = CATALOGUE.filter(({ rule }) => statusOf(rule(facts)) !== 'access-denied');
  const described = ids.filter((id) => NEVER[id]?.[0] === DESCRIBED);
  expect(answered.map(({ id }) => id).toSorted()).toEqual(['cred.pending', ...described].toSorted());
});

/** The same facts, each that can be missing refused. */
function refuseAll(facts: unknown): unknown {
  if (typeof facts !== 'object' || facts === null || Array.isArray(facts)) return facts;
  if ('known' in facts) return missing('access-denied', 'AccessDenied');
  return Object.fromEntries(Object.entries(facts).map(([name, fact]) => [name, refuseAll(fact)]));
}
