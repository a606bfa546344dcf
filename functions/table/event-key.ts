/** Events have partitions of their own, so that IAM can tell them from all else (infra/constructs/storage.ts). */
export const EVENTS = 'EVENTS#';
/** As have the endpoints that an operator has accepted: whoever could write one would choose where passwords go. */
export const ENDPOINTS = 'ENDPOINTS#';
/** Begins the partition key of what logins have proven of a secret's versions. */
export const PROOFS = 'PROOFS#';
const DIGITS = 12;

/** The sort key of an event: its sequence, so that no two can have the same. */
export function eventKey(sequence: number): string {
  return String(sequence).padStart(DIGITS, '0');
}

/** Null when it is not a key that the ledger writes. */
export function positionIn(key: string): number | null {
  const position = Number(key);
  return eventKey(position) === key ? position : null;
}
