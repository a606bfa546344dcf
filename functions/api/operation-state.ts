import * as v from 'valibot';
import type { Plan, Suspect } from '../lifecycle/operate/decision.ts';
import { ISSUE_CODES } from '../lifecycle/operate/diagnosis.ts';
import { OPERATIONS, RESULTS, type Result, SUCCEEDED } from '../lifecycle/operate/operation.ts';
import { HOLD_MS } from '../lifecycle/operate/work.ts';
import { NOT_POSSIBLE_REASONS } from '../lifecycle/possible-from.ts';
import { DONE_WITHIN_MS } from '../lifecycle/retirable.ts';
import type { LedgerEvent, Operation } from '../table/items.ts';
import { timestamp } from '../validation/contract.ts';

const text = v.nullable(v.string());

/** The answer of `POST /operations` and of `GET /operations/{operationId}`. */
export const operationAnswer = v.object({
  operationId: v.string(),
  operation: v.picklist(OPERATIONS),
  secretArn: v.string(),
  fix: v.pipe(v.boolean(), v.description('doctor only: whether it may change anything.')),
  endpoint: v.pipe(text, v.description('accept-endpoint only: host and port, as they were given.')),
  reason: v.pipe(text, v.description('As it was given.')),
  caller: v.pipe(v.string(), v.description('ARN of who asked for it.')),
  requestedAt: timestamp,
  state: v.pipe(
    v.picklist(['requested', 'running', 'succeeded', 'failed', 'abandoned']),
    v.description(
      'abandoned: it died. After a failure with error, out-of-time, rotation-failed or busy, and after that, the same request with the same clientRequestToken goes on with it.',
    ),
  ),
  result: v.pipe(v.nullable(v.picklist(RESULTS)), v.description('How it ended; null until then.')),
  message: v.pipe(
    text,
    v.description('The same in plain words, and what to do; while it runs, what it waits for.'),
  ),
  steps: v.array(
    v.object({
      at: timestamp,
      step: v.string(),
      result: v.string(),
      durationMs: v.pipe(v.number(), v.integer(), v.minValue(0)),
    }),
  ),
  issues: v.pipe(
    v.array(
      v.object({
        code: v.picklist(ISSUE_CODES),
        state: v.pipe(v.string(), v.description('What is not as it should be.')),
        nextAction: v.pipe(v.string(), v.description('What to do about it, safely.')),
        fixable: v.pipe(v.boolean(), v.description('Whether doctor with fix does it.')),
        reason: v.exactOptional(
          v.pipe(v.picklist(NOT_POSSIBLE_REASONS), v.description('rotation-not-possible only.')),
        ),
        possibleFrom: v.exactOptional(
          v.pipe(
            v.nullable(timestamp),
            v.description('rotation-not-possible only: null when a person has to do something first.'),
          ),
        ),
      }),
    ),
    v.description('doctor only: what is left.'),
  ),
  timeline: v.pipe(
    v.array(v.object({ at: timestamp, what: v.string() })),
    v.description('compromised only: what is known of the incident, oldest first.'),
  ),
});

export type OperationAnswer = Readonly<v.InferOutput<typeof operationAnswer>>;

/** Longer (ms) no function runs; an operation at work that has not said anything since then has died. */
const LONGEST_RUN_MS = 20 * 60_000;
/** By then (ms) a look has had one go on that waited, and that nobody asked about (lifecycle/operate/work.ts). */
const TAKEN_UP_WITHIN_MS = HOLD_MS + DONE_WITHIN_MS;

/** How an operation stands, by the events of its secret, oldest first. `now` in milliseconds since 1970. */
export function operationState(
  operation: Operation,
  events: readonly LedgerEvent[],
  now: number,
): OperationAnswer {
  const own = events.filter(({ operationId }) => operationId === operation.operationId);
  const last = own.at(-1);
  const ended = last?.event === 'operation.finished' ? last : undefined;
  const told = ended ?? (last?.event === 'operation.waiting' ? last : undefined);
  const { operationId, operation: name, secretArn, fix, endpoint, reason, who, requestedAt } = operation;
  return {
    operationId,
    operation: name,
    secretArn,
    fix,
    // Operations that were asked for before there were endpoints have none.
    endpoint: endpoint ?? null,
    reason,
    caller: who,
    requestedAt: new Date(requestedAt).toISOString(),
    state: stateOf(own, now),
    result: (ended?.result as Result | undefined) ?? null,
    message: told ? String(told.message) : null,
    steps: own.filter(({ event }) => event === 'operation.step').map(stepOf),
    issues: (ended?.issues as OperationAnswer['issues'] | undefined) ?? [],
    timeline: name === 'compromised' ? timelineOf(own, events) : [],
  };
}

/** Whether it waited for something that is over now. */
export function isDue(operationId: string, events: readonly LedgerEvent[], now: number): boolean {
  const last = events.findLast((event) => event.operationId === operationId);
  return last?.event === 'operation.waiting' && Number(last.until) <= now;
}

function stateOf(own: readonly LedgerEvent[], now: number): OperationAnswer['state'] {
  const last = own.at(-1);
  if (last?.event === 'operation.finished') {
    return SUCCEEDED.has(last.result as Result) ? 'succeeded' : 'failed';
  }
  if (last && now > quietUntil(last)) return 'abandoned';
  return own.some(({ event }) => event === 'operation.started') ? 'running' : 'requested';
}

/** Until when it need not say anything. */
function quietUntil({ event, at, until }: LedgerEvent): number {
  return event === 'operation.waiting' ? Number(until) + TAKEN_UP_WITHIN_MS : at + LONGEST_RUN_MS;
}

function stepOf({ at, step, result, durationMs }: LedgerEvent): OperationAnswer['steps'][number] {
  return {
    at: new Date(at).toISOString(),
    step: String(step),
    result: String(result),
    durationMs: Number(durationMs),
  };
}

function timelineOf(own: readonly LedgerEvent[], events: readonly LedgerEvent[]) {
  const plan = own.find(({ step }) => step === 'plan')?.plan as Plan | undefined;
  return incidentTimeline(plan?.suspects ?? [], plan ? events : own);
}

/** What is known of the suspects and was done to their secret since the oldest of them was made, oldest first. */
function incidentTimeline(
  suspects: readonly Suspect[],
  events: readonly LedgerEvent[],
): OperationAnswer['timeline'] {
  const births = suspects.flatMap(({ createdAt }) => createdAt ?? []);
  const since = births.length > 0 ? Math.min(...births) : 0;
  const moments = [
    ...suspects.flatMap(ofSuspect),
    ...events.filter(({ at }) => at >= since).map((event) => ({ at: event.at, what: wordsOf(event) })),
  ];
  return moments
    .toSorted((a, b) => a.at - b.at)
    .map(({ at, what }) => ({ at: new Date(at).toISOString(), what }));
}

function ofSuspect({ id, createdAt, lastUsedAt, lastUsedBy }: Suspect) {
  const used = `${id} was last used${lastUsedBy ? ` (${lastUsedBy})` : ''}`;
  return [
    ...(createdAt === null ? [] : [{ at: createdAt, what: `${id} was made` }]),
    ...(lastUsedAt === null ? [] : [{ at: lastUsedAt, what: used }]),
  ];
}

function wordsOf({ event, who, ...details }: LedgerEvent): string {
  const about = [details.operation, details.step, details.credentialId, details.versionId, details.result];
  const words = about.filter((word) => typeof word === 'string').join(' ');
  return `${event} ${words} by ${who}`;
}
