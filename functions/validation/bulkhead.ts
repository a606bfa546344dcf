import { InvokeCommand, type InvokeCommandOutput, type LambdaClient } from '@aws-sdk/client-lambda';
import pLimit from 'p-limit';
import pRetry from 'p-retry';
import { isThrottling } from '../aws.ts';
import { endsIn, jsonOf } from '../net/http.ts';
import { logger } from '../observe/logger.ts';

/** As many as the audit has functions at work: what a mail host sees at once, too. */
const ALONE_AT_ONCE = 10;
/** With less (ms) a process that gives no answer proves nothing against its secret. */
const LEAST_MS = 2000;

/** When Lambda throttles an invocation that is waited for: as often again, and so long (ms) apart, longer each time. */
const RETRIES = 4;
const FIRST_PAUSE_MS = 50;

/** The turn of a secret came too late; nothing was dialled. */
export class OutOfTime extends Error {
  override readonly name = 'OutOfTime';
}

/** What a function invokes itself with: to work on these in a process of their own. `answerBy` in milliseconds since 1970. */
export interface Apart {
  readonly apart: { readonly secretIds: readonly string[]; readonly answerBy: number };
}

export interface Bulkhead<T> {
  /** An `invoker` of aws.ts. */
  readonly lambda: LambdaClient;
  readonly functionArn: string;
  /** When to give up, in milliseconds since 1970: all of them in one process, and then each one in its own. */
  readonly togetherBy: number;
  readonly aloneBy: () => number;
  /** In this process, where Lambda runs no other. */
  readonly here: () => Promise<readonly T[]>;
  /** The answer for the one whose own process ended, or gave none in time; `error` in Lambda's words. */
  readonly crashed: (secretId: string, error: string) => T;
  /** The answer for one that had no process: Lambda ran none, or its turn came too late (`OutOfTime`). */
  readonly failed: (secretId: string, error: unknown) => T;
}

export function isApart(event: object): event is Apart {
  return 'apart' in event;
}

/**
 * One answer for each secret, in their order, from a process of their own; if that ends before it has answered, or answers
 * for some of them only, each of the others has one to itself. So a secret that ends the process costs itself its
 * answer, and nobody else theirs. Nothing in a process can catch its end (a segmentation fault, no memory, a loop).
 */
export async function answersFor<T>(secretIds: readonly string[], bulkhead: Bulkhead<T>): Promise<T[]> {
  // Run by something else than Lambda, a function has no ARN, and nobody who would start it.
  if (!bulkhead.functionArn) return [...(await bulkhead.here())];
  const together = await invoke(bulkhead, secretIds, bulkhead.togetherBy).catch(refused);
  if (together === 'refused') return [...(await bulkhead.here())];
  const [only] = secretIds;
  if (together.kind === 'died' && only !== undefined && secretIds.length === 1)
    return [bulkhead.crashed(only, together.error)];
  const answers = together.kind === 'answered' ? (together.answer as readonly T[]) : [];
  const limit = pLimit(ALONE_AT_ONCE);
  return Promise.all(secretIds.map((id, at) => answers[at] ?? limit(() => alone(bulkhead, id))));
}

/** Better without a bulkhead than not at all: an account whose functions are all busy still gets its answers. */
function refused(error: unknown): 'refused' {
  const { name } = error instanceof Error ? error : { name: 'Error' };
  logger.warn('bulkhead.refused', { event: 'bulkhead.refused', error: name });
  return 'refused';
}

async function alone<T>(bulkhead: Bulkhead<T>, secretId: string): Promise<T> {
  const answerBy = bulkhead.aloneBy();
  if (answerBy - Date.now() < LEAST_MS) return bulkhead.failed(secretId, new OutOfTime());
  try {
    const invoked = await invoke(bulkhead, [secretId], answerBy);
    if (invoked.kind === 'died') return bulkhead.crashed(secretId, invoked.error);
    return (invoked.answer as readonly [T])[0];
  } catch (error) {
    return bulkhead.failed(secretId, error);
  }
}

function invoke<T>(
  { lambda, functionArn }: Bulkhead<T>,
  secretIds: readonly string[],
  answerBy: number,
): Promise<Invoked> {
  return invokeNow(
    lambda,
    functionArn,
    { apart: { secretIds, answerBy } } satisfies Apart,
    answerBy - Date.now(),
  );
}

/** How an invocation that was waited for ended: with its answer, or without one (`error` in Lambda's words, or ours). */
type Invoked =
  | { readonly kind: 'answered'; readonly answer: unknown }
  | { readonly kind: 'died'; readonly error: string };

/**
 * Invokes a function and waits for its answer, `withinMs` at most: one that is silent for longer has died as well as one
 * whose process has ended. Rejects when Lambda runs nothing: it throttles, refuses, or cannot be reached. Only what Lambda
 * has not run is asked for again: `client` must be an `invoker` of aws.ts.
 */
export async function invokeNow(
  client: LambdaClient,
  functionArn: string,
  payload: object,
  withinMs: number,
): Promise<Invoked> {
  const abortSignal = endsIn(withinMs);
  const endsAt = Date.now() + withinMs;
  const command = new InvokeCommand({ FunctionName: functionArn, Payload: JSON.stringify(payload) });
  let refusal: unknown;
  const attempt = async (): Promise<Invoked> => {
    if (abortSignal.aborted) throw refusal ?? abortSignal.reason;
    try {
      return invoked(await client.send(command, { abortSignal, requestTimeout: withinMs }));
    } catch (error) {
      const isLate = abortSignal.aborted;
      if (isLate && !refusal) return { kind: 'died', error: 'NoAnswer' };
      // What Lambda said before says more than that it said nothing in time.
      if (!isLate) refusal = error;
      throw refusal;
    }
  };
  return pRetry(attempt, {
    retries: RETRIES,
    minTimeout: FIRST_PAUSE_MS,
    shouldRetry: ({ error, retryDelay }) => isThrottling(error) && Date.now() + retryDelay < endsAt,
  });
}

function invoked({ FunctionError, Payload }: InvokeCommandOutput): Invoked {
  const body = Buffer.from(Payload ?? []);
  if (FunctionError === undefined) return { kind: 'answered', answer: jsonOf(body) };
  return { kind: 'died', error: errorTypeOf(body.toString()) };
}

/** A time-out comes without a type on older runtimes. */
function errorTypeOf(body: string): string {
  return /"errorType"\s*:\s*"([\w.]{1,64})"/.exec(body)?.[1] ?? 'Unknown';
}
