import { setTimeout as sleep } from 'node:timers/promises';
import { isThrottling } from '../aws.ts';
import type { Attempt } from '../budget/turn.ts';
import { logger } from '../observe/logger.ts';
import { shownName } from '../observe/shown.ts';
import type { LoginOutcome } from '../smtp/login-result.ts';
import { LoginQueue, OutOfTime } from './login-queue.ts';
import type { BatchAnswer, RefusedResult, ValidationResult } from './result.ts';
import type { Prove } from './validation.ts';

type Refusal = Omit<RefusedResult, 'secretId'>;

export interface Batch {
  readonly secretIds: readonly string[];
  /** For logins; what comes back later than `answerWithinMs` is not waited for. */
  readonly remainingMs: () => number;
  readonly answerWithinMs: number;
  readonly proveWithin: (attempt: Attempt) => Promise<LoginOutcome>;
  readonly validate: (secretId: string, prove: Prove) => Promise<ValidationResult | Refusal>;
}

/** Validates several secrets at the same time: one result each in the order asked, whatever happens to the others. */
export async function validateBatch(batch: Batch): Promise<BatchAnswer> {
  const { secretIds, remainingMs, answerWithinMs, proveWithin, validate } = batch;
  const queue = new LoginQueue(remainingMs);
  const prove: Prove = (credential, secretArn) =>
    queue.run(credential.endpoint.host, (time) => proveWithin({ credential, secretArn, ...time }));
  const late = sleep(answerWithinMs, OUT_OF_TIME, { ref: false });
  const resultOf = async (secretId: string) => {
    const validated = validate(secretId, prove).catch((error: unknown) => refusalFor(secretId, error));
    const answer = await Promise.race([validated, late]);
    return 'error' in answer ? { secretId, ...answer } : answer;
  };
  return { results: await Promise.all(secretIds.map(resultOf)) };
}

const OUT_OF_TIME: Refusal = {
  error: 'out-of-time',
  message: 'Its turn did not come in time: validate it again, with fewer secrets of the same host.',
};

/** `error`: how the process of its own, in which it was validated, ended; in Lambda's words. */
export function crashed(secretId: string, error: string): RefusedResult {
  const event = 'credential.validation-failed';
  logger.error(event, { event, secretId, result: 'crashed', error });
  return {
    secretId,
    error: 'crashed',
    message: `Expected a verdict, got none: to validate this secret alone ended the process, or gave no answer in time (${error}). Look for what its value or its mail server has that no other has, and into the log of the function.`,
  };
}

/** Says to the caller, and in the log, no more of an error than its name. */
export function refusalFor(secretId: string, error: unknown): Refusal {
  if (error instanceof OutOfTime) return OUT_OF_TIME;
  if (isThrottling(error)) return THROTTLED;
  const name = shownName(error);
  logger.error('credential.validation-failed', {
    event: 'credential.validation-failed',
    secretId,
    error: name,
  });
  return {
    error: 'failed',
    message: `The validation ended with ${name}; the log of the function says more.`,
  };
}

export const THROTTLED = {
  error: 'throttled',
  message: 'AWS throttles the reading of secrets: try again in a few seconds.',
} as const;
