import { KeyturnError } from '../../observe/shown.ts';
import { everyLogin } from '../../providers/secret.ts';
import { spelt } from '../../secrets/endpoint.ts';
import type { Operation } from '../../table/items.ts';
import type { NamedEndpoint } from '../endpoints.ts';
import { heal } from '../healing.ts';
import { recordPromotion } from '../rotate/promotion.ts';
import { RotationError } from '../rotate/rotation.ts';
import { prove } from '../rotate/test-secret.ts';
import { QUARANTINED, type Taken } from '../snapshot.ts';
import type { Action } from './decision.ts';
import type { OperationPorts } from './operation.ts';

/** Carries one action out, which may have been carried out before. Resolves with what came of it, in one word or a reason. */
export async function carryOut(
  ports: OperationPorts,
  operation: Operation,
  taken: Taken,
  action: Action,
): Promise<string> {
  const { store, rotations, announce } = ports;
  const { operationId, secretArn } = operation;
  switch (action.step) {
    case 'plan':
      return 'planned';
    case 'test':
      return test(ports, taken, action.versionId);
    case 'label-quarantined':
      await store.moveLabel(secretArn, QUARANTINED, { to: action.versionId, from: action.from });
      return 'labelled';
    case 'unlabel-pending':
      await store.removePending(secretArn, action.versionId);
      return 'unlabelled';
    case 'move-current':
      await recordPromotion(ports, secretArn, {
        from: action.from,
        to: action.to,
        who: operation.who,
        reason: operation.reason,
        provenBy: 'rollback',
      });
      await store.moveCurrent(secretArn, action.to, action.from);
      return 'moved';
    case 'announce':
      await announce(secretArn);
      return 'announced';
    case 'start-rotation':
      await rotations.start(secretArn, operationId);
      return 'started';
    case 'enable-schedule':
      await rotations.schedule(secretArn);
      return 'scheduled';
    case 'accept-endpoint':
      return acceptEndpoint(ports, operation, action.endpoint);
    case 'give-up-pending':
    case 'clear-pending':
      return dropPending(ports, taken, action);
    default:
      return changeCredential(ports, secretArn, taken, action);
  }
}

async function acceptEndpoint(
  { ledger, now }: OperationPorts,
  { operationId, secretArn, who, reason }: Operation,
  { authorities, ...endpoint }: NamedEndpoint,
): Promise<string> {
  await ledger.acceptEndpoint(secretArn, { ...endpoint, acceptedAt: now(), who, reason });
  const details = { who, operationId, reason, endpoint: spelt(endpoint), authorities };
  await ledger.recordEvent(secretArn, 'credential.endpoint-accepted', now(), details);
  return 'accepted';
}

type CredentialChange = Extract<Action, { step: 'reactivate' | 'deactivate' | 'remove' | 'lock-login' }>;

/** The ledger is told first, so that retirement never brings back what is about to be switched off. */
async function changeCredential(
  { ledger, now, newPassword }: OperationPorts,
  secretArn: string,
  { provider }: Taken,
  action: CredentialChange,
): Promise<string> {
  if (action.step === 'lock-login') {
    if (provider?.kind !== 'setting')
      throw new KeyturnError('only a login that takes a password can be locked');
    await provider.set(action.login, newPassword(provider.passwordLimit));
    return 'locked';
  }
  if (provider?.kind !== 'issuing') throw new KeyturnError('only an issued credential can be switched');
  const { id, step } = action;
  const off = { credentialId: id, deactivatedAt: now(), quarantined: true };
  if (step === 'reactivate') await provider.reactivate(id);
  if (step === 'deactivate') {
    await ledger.recordDeactivation(secretArn, off);
    if (provider.reversible) await provider.deactivate(id);
  }
  if (step === 'remove') {
    await ledger.recordDeactivation(secretArn, { ...off, removedAt: now() });
    await provider.remove(id);
  }
  return { reactivate: 'reactivated', deactivate: 'deactivated', remove: 'removed' }[step];
}

/** At every endpoint, each time until proven; a reason when it is not. */
async function test(ports: OperationPorts, { values }: Taken, versionId: string): Promise<string> {
  const parsed = values.get(versionId)?.parsed;
  if (parsed?.kind !== 'credential') return 'the version holds no usable credential';
  try {
    // What was just reactivated spreads as slowly as a new one.
    for (const login of everyLogin(parsed.credential)) await prove(ports, login, 'pending');
    return 'proven';
  } catch (error) {
    if (error instanceof RotationError) return error.message;
    throw error;
  }
}

async function dropPending(
  ports: OperationPorts,
  taken: Taken,
  { step, versionId: token, mint }: Extract<Action, { step: 'give-up-pending' | 'clear-pending' }>,
): Promise<string> {
  const kind = step === 'give-up-pending' ? 'abandon' : 'heal';
  return (await heal(ports, taken, { kind, token, mint })).action;
}
