import type { RotationControl } from '../../secrets/store.ts';
import type { Agenda } from '../../table/agenda.ts';
import type { Operation } from '../../table/items.ts';
import type { Ledger } from '../../table/ledger.ts';
import type { RetirementPorts } from '../retire/retirement.ts';
import type { RotationPorts } from '../rotate/rotation.ts';

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

/** All that an operation may touch; times in milliseconds since 1970. */
export interface OperationPorts
  extends Omit<RetirementPorts, 'ledger' | 'keepsLease'>,
    Pick<RotationPorts, 'sleep' | 'random' | 'remainingMs'> {
  readonly ledger: RetirementPorts['ledger'] & Pick<Ledger, 'acceptEndpoint' | 'events'>;
  readonly agenda: Pick<Agenda, 'put'>;
  /** The ARN of that which Secrets Manager is to rotate with. */
  readonly rotateFunction: string;
  readonly rotations: Pick<RotationControl, 'start' | 'schedule'>;
  /** Tells consumers that the secret has another current credential. */
  readonly announce: (secretArn: string) => Promise<void>;
}
