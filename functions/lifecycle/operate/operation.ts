import type { Operation } from '../../table/items.ts';

export type { Operation };

/** What an operator may have done to one secret. */
export const OPERATIONS = [
  'rotate',
  'rollback',
  'compromised',
  'doctor',
  'accept-endpoint',
] as const satisfies readonly Operation['operation'][];
export type OperationName = Operation['operation'];

/** How an operation ends. `issues`: doctor has found some, whatever it may have fixed. */
export const RESULTS = [
  'rotated',
  'rotation-failed',
  'rolled-back',
  'revoked',
  'accepted',
  'healthy',
  'issues',
  'fixed',
  'not-found',
  'not-managed',
  'not-possible',
  'busy',
  'not-proven',
  'superseded',
  'out-of-time',
  'error',
] as const;
export type Result = (typeof RESULTS)[number];

/** What was asked for was done. All other results say in their message what has changed, if anything. */
export const SUCCEEDED: ReadonlySet<Result> = new Set([
  'rotated',
  'rolled-back',
  'revoked',
  'accepted',
  'healthy',
  'issues',
  'fixed',
]);
