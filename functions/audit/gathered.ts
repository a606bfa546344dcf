import { known, missing, type Gathered as Of } from '../net/gathered.ts';
import { shownName } from '../observe/shown.ts';
import { type Outcome, type UnknownReason, unknown } from './outcome.ts';

/** A fact, or why it is missing. */
export type Gathered<T> = Of<T, UnknownReason>;

export { known, missing };

/** AWS errors by name; IAM, Secrets Manager and SES spell their refusals differently. */
const AWS_REASONS: readonly (readonly [RegExp, UnknownReason])[] = [
  [/AccessDenied|NotAuthorized|UnauthorizedOperation/, 'access-denied'],
  [/Throttl|TooManyRequests|LimitExceeded|SlowDown/, 'throttled'],
  [/Timeout|AbortError/, 'timeout'],
  [/NotFound|NoSuchEntity/, 'not-found'],
];

/** Runs one AWS call; its failure is a fact like any other. */
export async function gather<T>(call: () => Promise<T>): Promise<Gathered<T>> {
  try {
    return known(await call());
  } catch (error) {
    const name = shownName(error);
    return missing(AWS_REASONS.find(([pattern]) => pattern.test(name))?.[1] ?? 'aws-error', name);
  }
}

/** Decides on a fact that is there; one that is missing is `unknown`, never pass or fail. */
export function decide<T>(fact: Gathered<T>, rule: (value: T) => Outcome): Outcome {
  return fact.known ? rule(fact.value) : unknown(fact.reason, `Not read: ${fact.detail}.`);
}
