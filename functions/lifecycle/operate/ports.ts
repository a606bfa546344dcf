import type { Ledger } from '../../table/ledger.ts';
import type { RetirementPorts } from '../retire/retirement.ts';
import type { Rotation } from '../rotate/rotation.ts';
import type { RotationControl } from './rotation-control.ts';

/** All that an operation may touch; times in milliseconds since 1970. */
export interface OperationPorts
  extends Omit<RetirementPorts, 'ledger' | 'isHeld'>,
    Pick<Rotation, 'sleep' | 'random' | 'remainingMs'> {
  readonly ledger: Pick<
    Ledger,
    | 'mints'
    | 'recordMint'
    | 'deactivations'
    | 'recordDeactivation'
    | 'recordEvent'
    | 'acceptEndpoint'
    | 'acceptedEndpoints'
    | 'events'
  >;
  readonly rotations: Pick<RotationControl, 'start' | 'schedule'>;
  /** Tells consumers that the secret has another current credential. */
  readonly announce: (secretArn: string) => Promise<void>;
}
