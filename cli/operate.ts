import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { OperationAnswer } from '../functions/api/operation-state.ts';
import type { OperationName } from '../functions/lifecycle/operate/operation.ts';
import { SECRET_ARN, SECRET_NAME } from '../functions/secrets/description.ts';
import { canonicalHostPort } from '../functions/secrets/endpoint.ts';
import { type Answered, Api, apiUrl, NO_API } from './api.ts';
import type { Failure } from './outcome.ts';

export interface OperateCommand {
  readonly operation: OperationName;
  readonly secretId: string;
  readonly reason?: string;
  readonly fix: boolean;
  /** `accept-endpoint` only: `host:port`. */
  readonly endpoint?: string;
  readonly apiUrl?: string;
}

export type Operated = { readonly kind: 'operated'; readonly operation: OperationAnswer } | Failure;

/** Between two looks (ms): more seldom the longer it takes. */
const FIRST_LOOK_MS = 1000;
const LONGEST_LOOK_MS = 10_000;
/** An operation ends when its rotation counts as stuck, after 20 minutes (ms), if not before. */
const PATIENCE_MS = 25 * 60_000;

/** Has an operation done through the API, and waits for its end; `told` hears of each look. Each look has it go on, too. */
export async function operate(
  command: OperateCommand,
  told: (operation: OperationAnswer) => void,
): Promise<Operated> {
  const url = apiUrl(command.apiUrl ?? process.env.KEYTURN_API_URL);
  if (!url) return { kind: 'refused', message: NO_API };
  if (!SECRET_NAME.test(command.secretId) && !SECRET_ARN.test(command.secretId)) {
    return { kind: 'refused', message: 'Expected a secret id or ARN.' };
  }
  if (command.endpoint !== undefined && canonicalHostPort(command.endpoint) === null) {
    return { kind: 'refused', message: 'Expected host:port, such as mail.example.com:465.' };
  }
  const api = new Api(url);
  // Made here, so that a request whose answer is lost can be sent again.
  const request = requestOf(command, randomUUID());
  const asked = await again(() => api.request(request));
  return asked.kind === 'answer' ? follow(api, asked.answer, told) : asked;
}

function requestOf(
  { operation, secretId, reason, fix, endpoint = '' }: OperateCommand,
  clientRequestToken: string,
) {
  const common = { secretId, clientRequestToken, ...(reason !== undefined && { reason }) };
  switch (operation) {
    case 'doctor':
      return { operation, ...common, fix };
    case 'accept-endpoint':
      return { operation, ...common, endpoint };
    default:
      return { operation, ...common };
  }
}

async function follow(
  api: Api,
  first: OperationAnswer,
  told: (operation: OperationAnswer) => void,
): Promise<Operated> {
  const deadline = Date.now() + PATIENCE_MS;
  let operation = first;
  for (let lookMs = FIRST_LOOK_MS; ; lookMs = Math.min(lookMs * 1.5, LONGEST_LOOK_MS)) {
    told(operation);
    if (operation.state !== 'requested' && operation.state !== 'running')
      return { kind: 'operated', operation };
    if (Date.now() > deadline)
      return { kind: 'unanswered', message: `Operation ${operation.operationId} goes on.` };
    await sleep(lookMs);
    const asked = await again(() => api.state(operation.operationId));
    if (asked.kind !== 'answer') return asked;
    operation = asked.answer;
  }
}

/** Once more after no answer: each request may be repeated. */
async function again<T>(ask: () => Promise<Answered<T>>): Promise<Answered<T>> {
  const first = await ask();
  if (first.kind !== 'unanswered') return first;
  await sleep(FIRST_LOOK_MS);
  return ask();
}
