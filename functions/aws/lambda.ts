import { setTimeout as sleep } from 'node:timers/promises';
import { type Answer, endsIn, jsonOf } from '../net/http.ts';
import { send } from '../net/send.ts';
import { type SignedRequest, signedBody, signedExchange, unanswered } from './signed-request.ts';

/** When Lambda throttles an invocation that is waited for: as often again, and so long (ms) apart, longer each time. */
const RETRIES = 4;
const FIRST_PAUSE_MS = 50;

/** How an invocation that was waited for ended: with its answer, or without one (`error` in Lambda's words, or ours). */
export type Invoked =
  | { readonly kind: 'answered'; readonly answer: unknown }
  | { readonly kind: 'died'; readonly error: string };

/**
 * Has Lambda invoke a function by itself (InvocationType Event), which is not waited for. By plain signed HTTP: the SDK's
 * client needs event streams, which are in no bundle here. Rejects when Lambda does not accept it.
 */
export async function invokeLater(functionArn: string, payload: object, env = process.env): Promise<void> {
  await signedBody(invocation('Event', functionArn, payload), env);
}

/**
 * Invokes a function and waits for its answer, `withinMs` at most: one that is silent for longer has died as well as one
 * whose process has ended. Rejects when Lambda runs nothing: it throttles, refuses, or cannot be reached.
 * https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
 */
export async function invokeNow(
  functionArn: string,
  payload: object,
  withinMs: number,
  env = process.env,
): Promise<Invoked> {
  const request = invocation('RequestResponse', functionArn, payload);
  const answer = await patiently(request, endsIn(withinMs), env);
  if (answer.kind !== 'answered') {
    if (answer.reason === 'too-late') return { kind: 'died', error: 'NoAnswer' };
    throw unanswered(answer);
  }
  const { status, headers, body } = answer;
  if (status !== 200) throw notRun(status);
  if (headers.get('x-amz-function-error') === null) return { kind: 'answered', answer: jsonOf(body) };
  return { kind: 'died', error: errorTypeOf(body.toString()) };
}

function notRun(status: number): Error {
  const error = new Error(`Lambda answered ${status} instead of running the function`);
  return status === 429 ? Object.assign(error, { name: 'TooManyRequestsException' }) : error;
}

/** Only what Lambda has not run is asked for again. A new connection each time: one that was kept may be dead. */
async function patiently(
  request: SignedRequest,
  signal: AbortSignal,
  env: NodeJS.ProcessEnv,
): Promise<Answer> {
  for (let tried = 0; ; tried += 1) {
    const answer = await signedExchange(request, env, signal, send);
    if (answer.kind !== 'answered' || answer.status !== 429 || tried === RETRIES) return answer;
    // At the deadline the last answer of Lambda says more than that there was none.
    const isInTime = await sleep(FIRST_PAUSE_MS * 2 ** tried, true, { signal }).catch(() => false);
    if (!isInTime) return answer;
  }
}

function invocation(type: 'Event' | 'RequestResponse', functionArn: string, payload: object): SignedRequest {
  const path = `/2015-03-31/functions/${encodeURIComponent(functionArn)}/invocations`;
  const headers = { 'x-amz-invocation-type': type };
  return { service: 'lambda', method: 'POST', path, headers, body: JSON.stringify(payload) };
}

/** A time-out comes without a type on older runtimes. */
function errorTypeOf(body: string): string {
  return /"errorType"\s*:\s*"([\w.]{1,64})"/.exec(body)?.[1] ?? 'Unknown';
}
