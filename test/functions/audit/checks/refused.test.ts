import { expect, it } from 'vitest';
import { CATALOGUE } from '../../../../functions/audit/checks/catalogue.ts';
import type { CredentialFacts } from '../../../../functions/audit/subjects/credential.ts';
import { soundFacts } from '../sound-facts.ts';

const FACTS = factsIn(soundFacts);
/** What passes without a fact that only adds to its evidence. */
const ADDS: readonly string[] = [
  'mfa.identity without login',
  'tlsrpt.present without domain.value.mtaSts.records',
];

it('knows the facts that may be refused', () => {
  expect(FACTS.length).toBeGreaterThan(40);
});

it.each(FACTS.map((path) => [path.join('.'), path] as const))(
  'no check accuses anybody or passes without %s, if it asked for it',
  (name, path) => {
    let asked = false;
    const refused = {
      get known() {
        asked = true;
        return false;
      },
      reason: 'access-denied',
      detail: 'AccessDenied',
    };
    const facts = replaced(soundFacts, path, refused) as CredentialFacts;
    const settled = CATALOGUE.filter(({ rule }) => {
      asked = false;
      const { status } = rule(facts);
      return status === 'fail' || status === 'warn' || (status === 'pass' && asked);
    });
    const settledWithout = settled.map(({ id }) => `${id} without ${name}`);
    expect(settledWithout.filter((one) => !ADDS.includes(one))).toEqual([]);
  },
);

/** The paths of all facts that may be missing. */
function factsIn(value: unknown, path: readonly string[] = []): (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [];
  const below = Object.entries(value).flatMap(([name, one]) => factsIn(one, [...path, name]));
  return 'known' in value ? [path, ...below] : below;
}

function replaced(value: unknown, [name, ...rest]: readonly string[], by: unknown): unknown {
  if (name === undefined) return by;
  const copy: Record<string, unknown> | unknown[] = Array.isArray(value)
    ? [...value]
    : { ...(value as object) };
  return Object.assign(copy, { [name]: replaced(Reflect.get(value as object, name), rest, by) });
}
