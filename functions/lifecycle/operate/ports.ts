import type { Agenda } from '../../table/agenda.ts';
import type { Ledger } from '../../table/ledger.ts';
import type { RetirementPorts } from '../retire/retirement.ts';
import type { RotationPorts } from '../rotate/rotation.ts';
import type { RotationControl } from './rotation-control.ts';

/** All that an operation may touch; times in milliseconds since 1970. */
export interface OperationPorts
  extends Omit<RetirementPorts, 'ledger' | 'keepsLease'>,
    Pick<RotationPorts, 'sleep' | 'random' | 'remainingMs'> {
  readonly ledger: RetirementPorts['ledger'] & Pick<Ledger, 'acceptEndpoint' | 'events'>;
  readonly agenda: Pick<Agenda, 'put'>;
  readonly rotations: Pick<RotationControl, 'start' | 'schedule'>;
  /** Tells consumers that the secret has another current credential. */
  readonly announce: (secretArn: string) => Promise<void>;
}
