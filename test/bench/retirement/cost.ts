import { RETIRE_EVERY_MINUTES } from '../../../functions/observe/names.ts';
import { AWS_CALL_MS, FULL_CPU_MIB } from '../audit/cost.ts';
import { dollars } from '../audit/prices.ts';
import type { Meter } from './run.ts';

/** Memory that the stack gives both functions (MiB). */
const MEMORY_MIB = 512;
/** IAM has one endpoint in the world, and is slow (ms). */
const IAM_CALL_MS = 100;
/** What begins after a quarter of an hour finds no warm function: start of the runtime, and of the bundle at 512 MiB (ms). */
const COLD_START_MS = 1000;
/** Lambda's own lines of an invocation, and those of Step Functions for a state. */
const PLATFORM_LOG_BYTES = 2000;
const STATE_LOG_BYTES = 4000;
const WRITES_IN_INDEX = 4;

export const DAYS_A_MONTH = 30;
const HOURS_A_MONTH = 24 * DAYS_A_MONTH;
export const LOOKS_A_MONTH = (60 / RETIRE_EVERY_MINUTES) * HOURS_A_MONTH;

/** Seconds that Lambda bills for what was measured, all calls taken to be made one after the other. */
export function billedSeconds({ cpuMs, calls }: Pick<Meter, 'cpuMs' | 'calls'>, coldStarts = 0): number {
  const waits = [...calls].reduce((sum, [name, times]) => sum + times * waitOf(name), 0);
  return (cpuMs * (FULL_CPU_MIB / MEMORY_MIB) + waits + coldStarts * COLD_START_MS) / 1000;
}

/** Units are no calls. */
function waitOf(name: string): number {
  if (name.startsWith('iam.')) return IAM_CALL_MS;
  return name.includes('.') ? AWS_CALL_MS : 0;
}

/** What is not measured. */
interface Besides {
  /** Of the state machine. */
  readonly transitions?: number;
  /** By EventBridge Scheduler. */
  readonly scheduled?: number;
  readonly coldStarts?: number;
  /** Looks: each moves its secret in the index twice, out of one place and into another, of which DynamoDB here says nothing. */
  readonly looks?: number;
}

/** Dollars of what was measured. */
export function cost(measured: Meter, besides: Besides): number {
  const { transitions = 0, scheduled = 0, coldStarts = 0, looks = 0 } = besides;
  const { invocations, calls, logBytes } = measured;
  const of = (pattern: RegExp) =>
    [...calls].reduce((sum, [name, times]) => (pattern.test(name) ? sum + times : sum), 0);
  const gbSeconds = (billedSeconds(measured, coldStarts) * MEMORY_MIB) / 1024;
  return dollars({
    lambdaGbSecond: gbSeconds,
    lambdaRequest: invocations,
    stateTransition: transitions,
    scheduled,
    secretsManagerCall: of(/^secretsmanager\./),
    // The values of secrets, and at most once an invocation the key of the table.
    kmsCall: of(/\.GetSecretValue$/) + invocations,
    dynamoWrite: of(/^dynamodb write units$/) + looks * WRITES_IN_INDEX,
    // A query that finds nothing is paid as one that reads a little.
    dynamoRead: of(/^dynamodb read units$/) + of(/\.Query$/) / 2,
    logGb: (logBytes + invocations * PLATFORM_LOG_BYTES + transitions * STATE_LOG_BYTES) / 1e9,
    trace: invocations,
  });
}
