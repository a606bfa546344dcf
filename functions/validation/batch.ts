import { setTimeout as sleep } from 'node:timers/promises';
import type { LambdaClient } from '@aws-sdk/client-lambda';
import pLimit, { type LimitFunction } from 'p-limit';
import { isThrottling } from '../aws.ts';
import type { Attempt } from '../budget/turn.ts';
import { canonicalHost } from '../net/endpoint.ts';
import { logger } from '../observe/logger.ts';
import { shownName } from '../observe/shown.ts';
import type { LoginOutcome } from '../smtp/login-result.ts';
import { answersFor, OutOfTime } from './bulkhead.ts';
import type { RefusedResult, ValidationRequest, ValidationResult } from './contract.ts';
import { type Prove, type Unvalidated, type ValidationPorts, validate } from './validation.ts';

/** Kept back from the time until the answer (ms) for QUIT and for writing the result down. */
const RESERVE_MS = 3000;
/** The answer to a batch is given this long (ms) before the function would be stopped, whoever is still at work. */
const ANSWER_RESERVE_MS = 1000;
/** Kept back from a batch's time (ms), to validate each alone if their process gives no answer; half of it at most. */
const ALONE_MS = 8000;

export interface ProvingPorts extends ValidationPorts {
  /** One login inside the login budget, or two. */
  readonly prove: (attempt: Attempt) => Promise<LoginOutcome>;
}

type Refusal = Omit<RefusedResult, 'secretId'>;
type Result = ValidationResult | RefusedResult;

export const THROTTLED = {
  error: 'throttled',
  message: 'AWS throttles the reading of secrets: try again in a few seconds.',
} as const;

const OUT_OF_TIME: Refusal = {
  error: 'out-of-time',
  message: 'Its turn did not come in time: validate it again, with fewer secrets of the same host.',
};

/** `endsAt`, in milliseconds since 1970: who waits for the answer waits no longer. */
export async function validateOne(
  ports: ProvingPorts,
  request: ValidationRequest,
  endsAt: number,
): Promise<ValidationResult | Unvalidated | typeof THROTTLED> {
  const prove: Prove = (credential, secretArn) =>
    ports.prove({ credential, secretArn, budgetMs: endsAt - RESERVE_MS - Date.now() });
  try {
    return await validate(ports, request, prove);
  } catch (error) {
    if (isThrottling(error)) return THROTTLED;
    throw error;
  }
}

/** Several at the same time: one result each in the order asked, whatever happens to the others. */
export function validateSeveral(
  ports: ProvingPorts,
  secretIds: readonly string[],
  endsAt: number,
): Promise<Result[]> {
  const queue = new LoginQueue(() => endsAt - RESERVE_MS - Date.now());
  const prove: Prove = (credential, secretArn) =>
    queue.run(credential.endpoint.host, (time) => ports.prove({ credential, secretArn, ...time }));
  const late = sleep(endsAt - ANSWER_RESERVE_MS - Date.now(), OUT_OF_TIME, { ref: false });
  const resultOf = async (secretId: string): Promise<Result> => {
    const validated = validate(ports, { secretId }, prove).catch((error) => refusalFor(secretId, error));
    const answer = await Promise.race([validated, late]);
    return 'error' in answer ? { secretId, ...answer } : answer;
  };
  return Promise.all(secretIds.map(resultOf));
}

/** The function that works on them in processes of their own, by an `invoker` of aws.ts. */
export interface Itself {
  readonly lambda: LambdaClient;
  readonly functionArn: string;
}

/** The same in a process of their own; what is left of the time is for each alone, if one of them ends it. */
export function validateApart(
  ports: ProvingPorts,
  secretIds: readonly string[],
  endsAt: number,
  itself: Itself,
): Promise<readonly Result[]> {
  const answerBy = endsAt - ANSWER_RESERVE_MS;
  const aloneMs = secretIds.length > 1 ? Math.min(ALONE_MS, (answerBy - Date.now()) / 2) : 0;
  return answersFor<Result>(secretIds, {
    ...itself,
    togetherBy: answerBy - aloneMs,
    aloneBy: () => answerBy,
    here: () => validateSeveral(ports, secretIds, endsAt),
    crashed,
    failed: (secretId, error) => ({ secretId, ...refusalFor(secretId, error) }),
  });
}

/** `error`: how the process of its own, in which it was validated, ended; in Lambda's words. */
function crashed(secretId: string, error: string): RefusedResult {
  const event = 'credential.validation-failed';
  logger.error(event, { event, secretId, result: 'crashed', error });
  return {
    secretId,
    error: 'crashed',
    message: `Expected a verdict, got none: to validate this secret alone ended the process, or gave no answer in time (${error}). Look for what its value or its mail server has that no other has, and into the log of the function.`,
  };
}

/** Says to the caller, and in the log, no more of an error than its name. */
function refusalFor(secretId: string, error: unknown): Refusal {
  if (error instanceof OutOfTime) return OUT_OF_TIME;
  if (isThrottling(error)) return THROTTLED;
  const [event, name] = ['credential.validation-failed', shownName(error)];
  logger.error(event, { event, secretId, error: name });
  return {
    error: 'failed',
    message: `The validation ended with ${name}; the log of the function says more.`,
  };
}

const AT_ONCE = 10;
/** A server that sees more connections of one client at a time may throttle it (Postfix: smtpd_client_connection_count_limit). */
const AT_ONCE_TO_A_HOST = 2;

/** One login needs at least this (ms); with less it does not begin. */
const LEAST_MS = 3000;
/** One that hangs must not take the time of all the others (ms). */
const MOST_MS = 10_000;

/** What a login may take (ms), and how much longer it may wait until the login budget of its account and host lets it in. */
interface LoginTime {
  readonly budgetMs: number;
  readonly patienceMs: number;
}

/** The logins of one batch: at most ten at a time, two of them to one host, each with its share of the time left. */
export class LoginQueue {
  readonly #all = pLimit(AT_ONCE);
  readonly #hosts = new Map<string, LimitFunction>();
  readonly #remainingMs: () => number;

  constructor(remainingMs: () => number) {
    this.#remainingMs = remainingMs;
  }

  /** Calls `login` with its time when its turn has come; rejects with `OutOfTime` when too little is left. */
  run<T>(host: string, login: (time: LoginTime) => Promise<T>): Promise<T> {
    const queue = this.#queueOf(canonicalHost(host));
    const inTurn = () => {
      const remainingMs = this.#remainingMs();
      const budgetMs = shareOf(remainingMs, queue.activeCount + queue.pendingCount);
      if (budgetMs === null) throw new OutOfTime();
      return login({ budgetMs, patienceMs: remainingMs - budgetMs });
    };
    return queue(() => this.#all(inTurn));
  }

  #queueOf(host: string): LimitFunction {
    const queue = this.#hosts.get(host) ?? pLimit(AT_ONCE_TO_A_HOST);
    this.#hosts.set(host, queue);
    return queue;
  }
}

/** What a login may take (ms) when `unfinished` ones, this one included, wait for the same host; null: too late. */
export function shareOf(remainingMs: number, unfinished: number): number | null {
  if (remainingMs < LEAST_MS) return null;
  const rounds = Math.ceil(unfinished / AT_ONCE_TO_A_HOST);
  return Math.min(remainingMs, MOST_MS, Math.max(LEAST_MS, remainingMs / rounds));
}
