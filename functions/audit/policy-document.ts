import type { PolicyDocument, PolicyStatement } from './facts/aws.ts';

/** Conditions that hold for callers of some account, organisation or network only. */
const NARROWING =
  /^aws:(principalaccount|principalarn|principalorgid|principalorgpaths|sourceaccount|sourcearn|sourceorgid|sourceorgpaths|sourcevpc|sourcevpce|vpcsourceip|userid)$/i;

/** GetSecretValue, however a policy writes it. */
const READS = /^(\*|secretsmanager:(\*|get(\*|secret(\*|value))))$/i;

/** Operators that hold for all others than those named, or for who shows no such key at all. */
const OPEN_OPERATOR = /not|ifexists$|^null$|^forallvalues:/i;

/** Allows without a name, `*` or all but some. */
export function namesEverybody({ Effect, Principal, NotPrincipal }: PolicyStatement): boolean {
  return Effect === 'Allow' && (NotPrincipal !== undefined || isEverybody(Principal));
}

/** As `namesEverybody`, and no condition makes up for it. */
export function isForEverybody(statement: PolicyStatement): boolean {
  return namesEverybody(statement) && !limitingKeys(statement).some((key) => NARROWING.test(key));
}

/** Whoever reads the secret without TLS. */
export function refusesPlainHttp({ Effect, Principal, Action, Condition }: PolicyStatement): boolean {
  if (Effect !== 'Deny' || !isEverybody(Principal) || !listOf(Action).some((one) => READS.test(one)))
    return false;
  return Object.entries(Condition ?? {}).some(
    ([operator, keys]) =>
      /^bool(ifexists)?$/i.test(operator) &&
      Object.entries(keys).some(
        ([key, value]) =>
          key.toLowerCase() === 'aws:securetransport' && listOf(value).map(String).includes('false'),
      ),
  );
}

/** The keys of a condition that holds only for what it names. */
export function limitingKeys({ Condition }: PolicyStatement): string[] {
  return Object.entries(Condition ?? {}).flatMap(([operator, keys]) =>
    OPEN_OPERATOR.test(operator) ? [] : Object.keys(keys),
  );
}

function isEverybody(principal: PolicyStatement['Principal']): boolean {
  if (principal === '*') return true;
  return Object.values(principal ?? {}).some((names) => listOf(names).includes('*'));
}

/** IAM's grammar lets one string stand for a list. */
export function listOf<T>(value: T | readonly T[] | undefined): readonly T[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value as T];
}

/** A policy document of AWS, in which one statement may stand without a list around it. */
export function documentOf(text: string): PolicyDocument {
  const { Statement } = JSON.parse(text) as { Statement: PolicyDocument['Statement'][number] };
  return { Statement: [Statement].flat() };
}
