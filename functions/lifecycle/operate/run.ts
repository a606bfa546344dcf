import { shownText } from '../../observe/shown.ts';
import type { LoginResult } from '../../smtp/login-result.ts';
import type { Operation } from '../../table/items.ts';
import { LOGIN_BUDGET_MS } from '../lease.ts';
import { type Situation, situationOf } from '../situation.ts';
import { labelled, type Taken, takeSnapshot } from '../snapshot.ts';
import { decideAcceptance } from './acceptance.ts';
import { carryOut } from './act.ts';
import { decideCompromised } from './compromised.ts';
import { type Action, type Decision, finish, nameOf, type Progress, progressOf } from './decision.ts';
import { type Decided, decideDoctor, type Issue } from './diagnosis.ts';
import type { OperationPorts, Result } from './operation.ts';
import { decideRollback } from './rollback.ts';
import { decideRotate } from './rotate-now.ts';

/** A passing fault of AWS, or a read that has not caught up, is over by then. */
const TRIES = 4;
const TRY_AGAIN_MS = 2000;

export interface Ended {
  readonly kind: 'ended';
  readonly result: Result;
  readonly message: string;
  readonly issues: readonly Issue[];
}

/** It has not ended, and there is nothing to do now: whoever comes then goes on. Milliseconds since 1970. */
export interface Waiting {
  readonly kind: 'waiting';
  readonly until: number;
}

interface Run {
  readonly ports: OperationPorts;
  readonly operation: Operation;
  readonly done: Map<string, string>;
  /** What the one login of this run with the current version proved. */
  readonly tried: Map<string, LoginResult>;
}

/**
 * Carries an operation out: gather, decide, act, record, and again until it is decided that it has ended or has to wait for
 * others. Whoever runs it again, then or after a crash, takes up where it stopped, by its plan in the ledger and by what is there.
 */
export async function runOperation(ports: OperationPorts, operation: Operation): Promise<Ended | Waiting> {
  const run: Run = { ports, operation, done: new Map(), tried: new Map() };
  for (let failures = 0; ; ) {
    try {
      const { decision, issues } = await turn(run, failures === TRIES - 1);
      if (decision.kind === 'finish') return await record(run, { ...decision, kind: 'ended', issues });
      if (decision.kind === 'wait') return await pause(run, decision);
      failures = 0;
    } catch (error) {
      failures += 1;
      if (failures === TRIES) return record(run, { kind: 'ended', ...failed(error), issues: [] });
      await ports.sleep(TRY_AGAIN_MS);
    }
  }
}

/** That a provider cannot be reached, or that reads do not fit together, passes; on the last try it is a fact like others. */
async function turn(run: Run, isLastTry: boolean): Promise<Decided> {
  const { ports, operation, done } = run;
  const secret = await ports.store.describe(operation.secretArn);
  if (secret.kind === 'not-found') return { decision: finish('not-found', NOT_THERE), issues: [] };
  if (secret.kind === 'denied' || !secret.managed)
    return { decision: finish('not-managed', NOT_THERE), issues: [] };
  if (secret.deletedAt !== null) return { decision: finish('not-found', TO_BE_DELETED), issues: [] };
  const taken = await takeSnapshot(ports, secret, 'everything');
  if ('fault' in taken && !isLastTry) throw taken.fault;
  if (!taken.snapshot.settled) throw new Error('AWSCURRENT moved while the secret was read');
  const situation = situationOf(taken.snapshot, ports);
  const events = await ports.ledger.events(operation.secretArn);
  const decided = await decide(run, taken, situation, progressOf(operation, events, done));
  const { decision } = decided;
  if (decision.kind === 'act') await perform(run, taken, decision);
  return decided;
}

/** Nobody may read its values then. */
export const TO_BE_DELETED =
  'The secret is scheduled for deletion: nothing can be done with it unless it is restored first (aws secretsmanager restore-secret).';
const NOT_THERE = 'No such secret, or it lacks the tag keyturn:managed=true.';

async function decide(run: Run, taken: Taken, situation: Situation, progress: Progress): Promise<Decided> {
  const { operation } = run;
  const { operation: name } = operation;
  if (name === 'doctor')
    return decideDoctor({ situation, loginResult: await loginOnce(run, taken) }, progress, operation.fix);
  return { decision: decideOn({ ...operation, operation: name }, situation, progress), issues: [] };
}

type Asked = Pick<Operation, 'operationId' | 'endpoint'> & {
  readonly operation: Exclude<Operation['operation'], 'doctor'>;
};

/** What an operation does next. That of `doctor` also takes a login to decide (diagnosis.ts). */
export function decideOn(operation: Asked, situation: Situation, progress: Progress): Decision {
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

async function loginOnce({ ports, tried }: Run, { snapshot, values }: Taken): Promise<LoginResult | null> {
  const current = labelled('AWSCURRENT', snapshot);
  const versionId = current?.versionId ?? '';
  const parsed = values.get(versionId)?.parsed;
  // Not where nobody allowed a password to go, even if it is the one that was written beside it.
  const isAllowed = !current?.endpoints.refusal;
  if (parsed?.kind === 'credential' && isAllowed && !tried.has(versionId)) {
    tried.set(versionId, (await ports.login(parsed.credential, LOGIN_BUDGET_MS)).result);
  }
  return tried.get(versionId) ?? null;
}

async function perform({ ports, operation, done, tried }: Run, taken: Taken, action: Action): Promise<void> {
  const startedAt = ports.now();
  const result = await carryOut(ports, operation, taken, action);
  if (action.step === 'reactivate') tried.clear();
  const step = nameOf(action);
  done.set(step, result);
  const { operationId, who, secretArn } = operation;
  const durationMs = ports.now() - startedAt;
  const plan = action.step === 'plan' ? { plan: action.plan } : {};
  const details = { who, operationId, step, result, durationMs, ...plan };
  await ports.ledger.recordEvent(secretArn, 'operation.step', ports.now(), details);
}

async function record({ ports, operation }: Run, ended: Ended): Promise<Ended> {
  const { operationId, secretArn, who, requestedAt } = operation;
  const { result, message, issues } = ended;
  const durationMs = ports.now() - requestedAt;
  const details = { who, operationId, result, message, durationMs, issues: issues.map(shown) };
  await ports.ledger.recordEvent(secretArn, 'operation.finished', ports.now(), details);
  return { kind: 'ended', result, message, issues };
}

async function pause(
  { ports, operation }: Run,
  { until, message }: Extract<Decision, { kind: 'wait' }>,
): Promise<Waiting> {
  const { operationId, secretArn, who } = operation;
  const details = { who, operationId, until, message };
  await ports.ledger.recordEvent(secretArn, 'operation.waiting', ports.now(), details);
  return { kind: 'waiting', until };
}

function shown({ code, state, nextAction, fix, reason, possibleFrom = null }: Issue) {
  const rotation = reason && {
    reason,
    possibleFrom: possibleFrom === null ? null : new Date(possibleFrom).toISOString(),
  };
  return { code, state, nextAction, fixable: fix !== null, ...rotation };
}

function failed(error: unknown): { readonly result: Result; readonly message: string } {
  const message = `${shownText(error)}. Ask for it again: it goes on where it stopped.`;
  return { result: 'error', message };
}
