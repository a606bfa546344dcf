import type { LedgerEvent, Mint, Operation } from '../../table/items.ts';
import type { NamedEndpoint } from '../endpoints.ts';
import type { NotPossible } from '../possible-from.ts';
import { STEPS } from '../rotate/step-decision.ts';
import type { Situation } from '../situation.ts';
import type { Version } from '../snapshot.ts';
import { type Patience, planHeal } from '../stuck.ts';
import type { Result } from './operation.ts';

/** What is done next to one secret; one change at a time, and each may be repeated. */
export type Action =
  /** Writes down what the operation is about, before anything changes: a repeated run goes by it. */
  | { readonly step: 'plan'; readonly plan: Plan }
  | { readonly step: 'reactivate'; readonly id: string }
  | { readonly step: 'test'; readonly versionId: string }
  | { readonly step: 'label-quarantined'; readonly versionId: string; readonly from?: string | undefined }
  | { readonly step: 'move-current'; readonly to: string; readonly from: string | undefined }
  /** Switches off for good, as far as the provider can. */
  | { readonly step: 'deactivate'; readonly id: string }
  | { readonly step: 'remove'; readonly id: string }
  /** Gives a login a password that nobody knows. */
  | { readonly step: 'lock-login'; readonly login: string }
  | { readonly step: 'start-rotation' }
  /** That another credential is current: consumers refresh by it. */
  | { readonly step: 'announce' }
  /** From now on no step acts for its token. */
  | { readonly step: 'give-up-pending'; readonly versionId: string; readonly mint: Mint }
  /** Its credential first. */
  | { readonly step: 'clear-pending'; readonly versionId: string; readonly mint: Mint }
  /** Of a rotation that has ended well: its credential stays. */
  | { readonly step: 'unlabel-pending'; readonly versionId: string }
  | { readonly step: 'enable-schedule' }
  | { readonly step: 'accept-endpoint'; readonly endpoint: NamedEndpoint };

export interface Plan {
  /** Rollback: the version that shall be current, and the one that is. */
  readonly to?: string;
  readonly from?: string | undefined;
  /** Compromised: what others may know. */
  readonly suspects?: readonly Suspect[];
  /** Accept-endpoint: what stood in the secret under the name that the operator gave. */
  readonly accept?: NamedEndpoint;
}

/** Times in milliseconds since 1970; null where the provider does not say. */
export interface Suspect {
  readonly versionId: string;
  readonly id: string;
  /** Whether it was provably this secret's when the operation began; only such a one is taken away. */
  readonly own: boolean;
  readonly createdAt: number | null;
  readonly lastUsedAt: number | null;
  readonly lastUsedBy: string | null;
}

/** What is done about something, or when it can be: nothing waits for it here, and whoever comes then goes on. */
export type Next =
  | ({ readonly kind: 'act' } & Action)
  /** Milliseconds since 1970; the message says what for. */
  | { readonly kind: 'wait'; readonly until: number; readonly message: string };

export type Decision =
  | Next
  | {
      readonly kind: 'finish';
      readonly result: Result;
      readonly message: string;
      /** Why no rotation can be made. */
      readonly possibility?: NotPossible;
    };

export function act(action: Action): Next {
  return { kind: 'act', ...action };
}

export function wait(until: number, message: string): Next {
  return { kind: 'wait', until, message };
}

export function notPossible(possibility: NotPossible): Decision {
  return { kind: 'finish', result: 'not-possible', message: possibility.message, possibility };
}

export function finish(result: Result, message: string): Decision {
  return { kind: 'finish', result, message };
}

/** Takes AWSPENDING off a version, its credential first, once no step can be at work for it; null when there is none. */
export function nextDrop({ pending, now }: Situation, patience: Patience): Next | null {
  const plan = planHeal(pending, now, patience);
  switch (plan.kind) {
    case 'none':
      return null;
    case 'wait':
      return wait(plan.until, AT_WORK);
    case 'unlabel':
      return act({ step: 'unlabel-pending', versionId: plan.token });
    case 'abandon':
      return act({ step: 'give-up-pending', versionId: plan.token, mint: plan.mint });
    case 'heal':
      return act({ step: 'clear-pending', versionId: plan.token, mint: plan.mint });
  }
}

const AT_WORK = 'A step of the rotation that is to be cleared may still be at work.';

/** Why no password may go where this version says; null when it may. */
export function endpointRefusal(version: Version | undefined): string | null {
  const refusal = version?.endpoints.refusal;
  return refusal ? `${refusal.state} ${refusal.nextAction}` : null;
}

/** The rotation that an operation has started. */
export interface Started {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Its last step, if that failed, and why; null: none has failed since it was started. */
  readonly failed: { readonly step: string; readonly detail: string } | null;
}

/** What an operation has done so far. */
export interface Progress {
  readonly plan: Plan | null;
  /** Null: it has started none, or it was asked for again since. */
  readonly rotation: Started | null;
  /** `step` or `step:subject`, by this run or by an earlier one of the same operation, with what came of it. */
  readonly done: ReadonlyMap<string, string>;
}

export const NOTHING_DONE: Progress = { plan: null, rotation: null, done: new Map() };

/** Under which name an action is remembered as done; what it acts on is a part of it. */
export function nameOf(action: Action): string {
  switch (action.step) {
    case 'reactivate':
    case 'deactivate':
    case 'remove':
      return `${action.step}:${action.id}`;
    case 'lock-login':
      return `${action.step}:${action.login}`;
    case 'test':
    case 'label-quarantined':
    case 'give-up-pending':
    case 'clear-pending':
    case 'unlabel-pending':
      return `${action.step}:${action.versionId}`;
    default:
      return action.step;
  }
}

/**
 * What an operation has done, by the ledger and by the present run. A login proves what was true then: each run makes it
 * anew. All else that was done stays done.
 */
export function progressOf(
  { operationId }: Operation,
  events: readonly LedgerEvent[],
  run: ReadonlyMap<string, string>,
): Progress {
  const own = events.filter((event) => event.operationId === operationId);
  const steps = own.filter(({ event }) => event === 'operation.step');
  const earlier = steps
    .map(({ step, result }): [string, string] => [String(step), String(result)])
    .filter(([step]) => !step.startsWith('test:'));
  const plan = steps.find(({ step }) => step === 'plan')?.plan ?? null;
  return { plan: plan as Plan | null, rotation: startedIn(own), done: new Map([...earlier, ...run]) };
}

/** Asked for again, it starts its rotation again: under the same token, which takes the same one up. */
function startedIn(own: readonly LedgerEvent[]): Started | null {
  const asked = own.findLastIndex(({ event }) => event === 'operation.requested');
  const start = own.findLastIndex(({ step }) => step === 'start-rotation');
  const started = start > asked ? own[start] : undefined;
  if (!started) return null;
  const last = own.slice(start).findLast(({ step }) => STEPS.some((known) => known === step));
  const failed = last?.result === 'failed' ? { step: String(last.step), detail: String(last.detail) } : null;
  return { at: started.at, failed };
}
