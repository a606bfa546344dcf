import * as v from 'valibot';
import { NOTHING_DONE } from '../lifecycle/operate/decision.ts';
import type { OperationPorts } from '../lifecycle/operate/operation.ts';
import { decideOn, TO_BE_DELETED } from '../lifecycle/operate/run.ts';
import type { NotPossible } from '../lifecycle/possible-from.ts';
import type { Waits } from '../lifecycle/retirable.ts';
import { situationOf } from '../lifecycle/situation.ts';
import { type SnapshotPorts, takeSnapshot } from '../lifecycle/snapshot.ts';
import { jsonOf } from '../net/http.ts';
import type { SecretDescription } from '../secrets/description.ts';
import type { SecretReader } from '../secrets/store.ts';
import type { Operation } from '../table/items.ts';
import type { Ledger, Operations } from '../table/ledger.ts';
import { secretId } from '../validation/contract.ts';
import type { ErrorBody } from './answer.ts';
import { isDue, type OperationAnswer, operationState } from './operation-state.ts';

/** Letters of all scripts, but no control characters, and none outside the BMP: those have two lengths. */
const REASON = /^[ -~\u00a1-\u1fff\u2010-\u2027\u2030-\u205e\u2070-\ud7ff]{1,500}$/;

/** Host and port, an IPv6 address in brackets. */
const ADDRESS = /^([A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\]):[0-9]{1,5}$/;

const common = {
  secretId,
  reason: v.exactOptional(
    v.pipe(
      v.string(),
      v.regex(REASON, 'at most 500 characters, no control characters'),
      v.description('Why; it stands in the ledger. At most 500 characters, no control characters.'),
    ),
  ),
  clientRequestToken: v.exactOptional(
    v.pipe(
      v.string(),
      v.regex(/^[A-Za-z0-9-]{32,64}$/, '32 to 64 letters, digits and hyphens'),
      v.description('Becomes the operationId: the same request again is the same operation.'),
    ),
  ),
};

/** The body of `POST /operations`. */
export const operationRequest = v.union([
  v.strictObject({ operation: v.picklist(['rotate', 'rollback', 'compromised']), ...common }),
  v.strictObject({
    operation: v.picklist(['accept-endpoint']),
    ...common,
    endpoint: v.pipe(
      v.string(),
      v.regex(ADDRESS, 'host:port'),
      v.description('Host and port as they stand in the secret: mail.example.com:465, [2001:db8::25]:465.'),
    ),
  }),
  v.strictObject({
    operation: v.picklist(['doctor']),
    ...common,
    fix: v.exactOptional(
      v.pipe(v.boolean(), v.description('Fix what can safely be fixed; without it nothing is changed.')),
    ),
  }),
]);

export type OperationRequest = v.InferOutput<typeof operationRequest>;

export type ParsedOperation =
  | { readonly kind: 'operation'; readonly request: OperationRequest }
  | { readonly kind: 'malformed'; readonly message: string };

/** Reads the JSON text of a body. */
export function parseOperation(body: string | null): ParsedOperation {
  const parsed = v.safeParse(operationRequest, jsonOf(body ?? ''));
  return parsed.success
    ? { kind: 'operation', request: parsed.output }
    : { kind: 'malformed', message: EXPECTED };
}

const EXPECTED =
  'Malformed request: expected JSON with operation (rotate, rollback, compromised, doctor or accept-endpoint) and secretId, for accept-endpoint its endpoint (host:port), optionally reason (at most 500 characters, no control characters), clientRequestToken (32 to 64 letters, digits and hyphens) and, for doctor, fix.';

export interface AnswerPorts extends SnapshotPorts, Waits, Pick<OperationPorts, 'rotateFunction'> {
  readonly store: SecretReader;
  readonly ledger: SnapshotPorts['ledger'] & Pick<Ledger, 'events' | 'recordEvent'>;
  readonly operations: Operations;
  readonly newId: () => string;
  /** ARN of the function that works on operations, for others to have one go on. */
  readonly worker: string;
  /** Has the operation worked on by an invocation of its own: it may take longer than API Gateway waits. */
  readonly start: (operationId: string) => Promise<void>;
}

/** `POST /operations`. `who`: the ARN that IAM has authenticated. Asked again with the same token, it is started again. */
export async function answerRequest(
  ports: AnswerPorts,
  body: string | null,
  who: string,
): Promise<OperationAnswer | ErrorBody> {
  const { store, ledger, operations, start, now } = ports;
  const parsed = parseOperation(body);
  if (parsed.kind === 'malformed') return { error: 'malformed-request', message: parsed.message };
  const secret = await store.describe(parsed.request.secretId);
  if (secret.kind === 'not-found') return { error: 'not-found', message: 'No such secret.' };
  if (secret.kind === 'denied' || !secret.managed) return NOT_MANAGED;
  if (secret.deletedAt !== null) return { error: 'not-found', message: TO_BE_DELETED };
  const asked = operationOf(ports, parsed.request, secret.arn, who);
  const refusal = await refusalOf(ports, secret, asked);
  if (refusal) return refusal;
  const operation = await operations.begin(asked);
  if (operation === 'taken') return TAKEN;
  const { operationId, reason, fix, endpoint } = operation;
  const details = { who, operationId, operation: operation.operation, reason, fix, endpoint };
  await ledger.recordEvent(secret.arn, 'operation.requested', now(), details);
  await start(operationId);
  return operationState(operation, await ledger.events(secret.arn), now());
}

/** What cannot be done is said at once, and nothing is begun; what was begun before goes on. */
async function refusalOf(
  ports: AnswerPorts,
  secret: SecretDescription,
  asked: Operation,
): Promise<ErrorBody | null> {
  const { operation } = asked;
  if (operation === 'doctor' || (await ports.operations.find(asked.operationId))) return null;
  const { snapshot, ...taken } = await takeSnapshot(ports, secret, 'everything');
  // It may pass: the operation asks several times before it calls it one.
  if ('fault' in taken) return null;
  const decision = decideOn({ ...asked, operation }, situationOf(snapshot, ports), NOTHING_DONE);
  if (!snapshot.settled || decision.kind !== 'finish' || decision.result !== 'not-possible') return null;
  return { error: 'not-possible', message: decision.message, ...inTheAnswer(decision.possibility) };
}

function inTheAnswer(possibility: NotPossible | undefined): Partial<ErrorBody> {
  if (!possibility) return { possibleFrom: null };
  const { reason, possibleFrom } = possibility;
  return { reason, possibleFrom: possibleFrom === null ? null : new Date(possibleFrom).toISOString() };
}

const NOT_MANAGED: ErrorBody = {
  error: 'not-managed',
  message: 'Keyturn does not manage this secret: it lacks the tag keyturn:managed=true, or does not exist.',
};
const TAKEN: ErrorBody = {
  error: 'conflict',
  message: 'This clientRequestToken is that of another operation. Send a new one, or none.',
};

function operationOf(
  { now, newId, worker }: AnswerPorts,
  request: OperationRequest,
  secretArn: string,
  who: string,
): Operation {
  const { operation, reason = null, clientRequestToken = newId() } = request;
  const fix = request.operation === 'doctor' && request.fix === true;
  const endpoint = request.operation === 'accept-endpoint' ? request.endpoint : null;
  const asked = { operationId: clientRequestToken, operation, secretArn, fix, endpoint, reason };
  return { ...asked, who, requestedAt: now(), worker };
}

/** `GET /operations/{operationId}`: has one go on that waited for what is over now. */
export async function answerState(
  { ledger, operations, start, now }: AnswerPorts,
  operationId: string,
): Promise<OperationAnswer | ErrorBody> {
  const operation = await operations.find(operationId);
  if (!operation) return { error: 'not-found', message: 'No such operation in 400 days.' };
  const events = await ledger.events(operation.secretArn);
  if (isDue(operationId, events, now())) await start(operationId);
  return operationState(operation, events, now());
}
