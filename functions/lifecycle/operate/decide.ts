import type { Operation } from '../../table/items.ts';
import type { Situation } from '../situation.ts';
import { decideAcceptance } from './acceptance.ts';
import { decideCompromised } from './compromised.ts';
import type { Decision, Progress } from './decision.ts';
import { decideRollback } from './rollback.ts';
import { decideRotate } from './rotate-now.ts';

export const NOTHING_DONE: Progress = { plan: null, rotation: null, done: new Map() };

type Decided = Pick<Operation, 'operationId' | 'endpoint'> & {
  readonly operation: Exclude<Operation['operation'], 'doctor'>;
};

/** What an operation does next. That of `doctor` also takes a login to decide (doctor.ts). */
export function decideOn(operation: Decided, situation: Situation, progress: Progress): Decision {
  const { operationId: token, endpoint } = operation;
  switch (operation.operation) {
    case 'rotate':
      return decideRotate(situation, progress, token);
    case 'rollback':
      return decideRollback(situation, progress);
    case 'compromised':
      return decideCompromised(situation, progress, token);
    case 'accept-endpoint':
      return decideAcceptance(situation, progress, endpoint ?? '');
  }
}
