import { shownText } from '../../observe/shown.ts';
import type { LoginResult } from '../../smtp/login-result.ts';
import { decideAcceptance } from './acceptance.ts';
import { carryOut } from './act.ts';
import { decideCompromised } from './compromised.ts';
import { type Action, type Decision, finish, nameOf, type Progress } from './decision.ts';
import type { Examined, Finding } from './diagnosis.ts';
import { decideDoctor } from './doctor.ts';
import { labelled } from './facts.ts';
import { type Gathered, gather } from './gather.ts';
import type { Operation, Result } from './operation.ts';
import type { OperationPorts } from './ports.ts';
import { progressOf } from './progress.ts';
import { decideRollback } from './rollback.ts';
import { decideRotate } from './rotate-now.ts';

/** One login may take this long (ms). */
const LOGIN_BUDGET_MS = 20_000;
/** Kept back from the remaining time (ms), to write down how it ended. */
const RESERVE_MS = 10_000;
/** A passing fault of AWS, or a read that has not caught up, is over by then. */
const TRIES = 4;
const TRY_AGAIN_MS = 2000;

export interface Ended {
  readonly result: Result;
  readonly message: string;
  readonly findings: readonly Finding[];
}

interface Run {
  readonly ports: OperationPorts;
  readonly operation: Operation;
  readonly done: Map<string, string>;
  /** What the one login of this run with the current version proved. */
  readonly tried: Map<string, LoginResult>;
}

interface Decided {
  readonly decision: Decision;
  readonly findings: readonly Finding[];
}

/**
 * Carries an operation out: gather, decide, act, record, and again until it is decided that it has ended. Whoever runs it
 * again after a crash takes up where it stopped, by its plan in the ledger and by what is there.
 */
export async function runOperation(ports: OperationPorts, operation: Operation): Promise<Ended> {
  const run: Run = { ports, operation, done: new Map(), tried: new Map() };
  for (let failures = 0; ; ) {
    try {
      const { decision, findings } = await turn(run, failures === TRIES - 1);
      if (decision.kind === 'finish') return await record(run, { ...decision, findings });
      failures = 0;
    } catch (error) {
      failures += 1;
      if (failures === TRIES) return record(run, { ...failed(error), findings: [] });
      await ports.sleep(TRY_AGAIN_MS);
    }
  }
}

/** That a provider cannot be reached is a finding for doctor, unless it passes. */
async function turn(run: Run, isLastTry: boolean): Promise<Decided> {
  const { ports, operation, done } = run;
  const whenUnreachable = operation.operation === 'doctor' && isLastTry ? 'report' : 'reject';
  const gathering = await gather(ports, operation.secretArn, whenUnreachable);
  if (gathering.kind !== 'gathered') return { decision: finish(gathering.kind, NOT_THERE), findings: [] };
  const events = await ports.ledger.events(operation.secretArn);
  const decided = await decide(run, gathering, progressOf(operation, events, done));
  const { decision } = decided;
  if (decision.kind === 'finish') return decided;
  if (decision.step === 'wait' && decision.untilAt + RESERVE_MS > ports.now() + ports.remainingMs()) {
    return { decision: finish('out-of-time', OUT_OF_TIME), findings: decided.findings };
  }
  await perform(run, gathering, decision);
  return decided;
}

const NOT_THERE = 'No such secret, or it lacks the tag keyturn:managed=true.';
const OUT_OF_TIME =
  'It did not come to its end in time. A rotation that it began goes on: read the log of the rotate function, then ask for it again.';

async function decide(run: Run, gathered: Gathered, progress: Progress): Promise<Decided> {
  const { facts } = gathered;
  const { operation, operationId: token, fix, endpoint } = run.operation;
  switch (operation) {
    case 'rotate':
      return { decision: decideRotate(facts, progress, token), findings: [] };
    case 'rollback':
      return { decision: decideRollback(facts, progress), findings: [] };
    case 'compromised':
      return { decision: decideCompromised(facts, progress, token), findings: [] };
    case 'accept-endpoint':
      return { decision: decideAcceptance(facts, progress, endpoint ?? ''), findings: [] };
    case 'doctor':
      return decideDoctor(await examine(run, gathered), progress, fix);
  }
}

async function examine({ ports, tried }: Run, { facts, credentials }: Gathered): Promise<Examined> {
  const { login } = ports;
  const versionId = labelled('AWSCURRENT', facts)?.versionId ?? '';
  const credential = credentials.get(versionId);
  // Not where nobody allowed a password to go, even if it is the one that was written beside it.
  const isAllowed = !facts.endpoints.get(versionId)?.refusal;
  if (credential && isAllowed && !tried.has(versionId)) {
    tried.set(versionId, (await login(credential, LOGIN_BUDGET_MS)).result);
  }
  return { facts, loginResult: tried.get(versionId) ?? null };
}

async function perform(
  { ports, operation, done, tried }: Run,
  gathered: Gathered,
  action: Action,
): Promise<void> {
  const startedAt = ports.now();
  const result = await carryOut(ports, operation, gathered, action);
  if (action.step === 'wait') return;
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
  const { result, message, findings } = ended;
  const durationMs = ports.now() - requestedAt;
  const details = { who, operationId, result, message, durationMs, findings: findings.map(shown) };
  await ports.ledger.recordEvent(secretArn, 'operation.finished', ports.now(), details);
  return { result, message, findings };
}

function shown({ code, state, nextAction, fix }: Finding) {
  return { code, state, nextAction, fixable: fix !== null };
}

function failed(error: unknown): { readonly result: Result; readonly message: string } {
  const message = `${shownText(error)}. Ask for it again: it goes on where it stopped.`;
  return { result: 'error', message };
}
