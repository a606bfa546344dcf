import type { Status, UnknownReason } from '../../../../functions/audit/check.ts';
import type { CredentialFacts } from '../../../../functions/audit/subjects/credential.ts';

/**
 * What differs from a sound credential; the status, or the reason of an unknown, that it must give; and what the evidence
 * must say where the status alone does not tell which rule it was.
 */
export type Case = readonly [
  name: string,
  changes: Partial<CredentialFacts>,
  expected: Exclude<Status, 'unknown'> | UnknownReason,
  says?: string,
];

/** By the id of the check. */
export type Cases = Readonly<Record<string, readonly Case[]>>;
