import { AWS_CALL_MS, FULL_CPU_MIB } from '../audit/cost.ts';
import { dollars, type Priced } from '../audit/prices.ts';
import type { Meter } from './run.ts';

/** Memory that the stack gives both functions (MiB). */
const MEMORY_MIB = 512;
/** IAM has one endpoint in the world, and is slow (ms). */
const IAM_CALL_MS = 100;
/** What begins after a quarter of an hour finds no warm function: start of the runtime, and of the bundle at 512 MiB (ms). */
const COLD_START_MS = 1000;
/** Lambda's own lines of an invocation. */
const PLATFORM_LOG_BYTES = 2000;

export const DAYS_A_MONTH = 30;
const HOURS_A_MONTH = 24 * DAYS_A_MONTH;
/** The default of retireSchedule. */
export const LOOKS_A_MONTH = 4 * HOURS_A_MONTH;

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

/** Dollars, by what they are paid for, of what was measured; `transitions` of the state machine, and what scheduled it. */
export function costs(
  measured: Meter,
  {
    transitions = 0,
    scheduled = 0,
    coldStarts = 0,
  }: { transitions?: number; scheduled?: number; coldStarts?: number },
): Readonly<Record<string, number>> {
  const { invocations, calls, logBytes } = measured;
  const of = (pattern: RegExp) =>
    [...calls].reduce((sum, [name, times]) => (pattern.test(name) ? sum + times : sum), 0);
  const gbSeconds = (billedSeconds(measured, coldStarts) * MEMORY_MIB) / 1024;
  const units: Readonly<Record<string, Partial<Record<Priced, number>>>> = {
    Lambda: { lambdaGbSecond: gbSeconds, lambdaRequest: invocations },
    'Step Functions': { stateTransition: transitions },
    Scheduler: { scheduled },
    'Secrets Manager': { secretsManagerCall: of(/^secretsmanager\./) },
    // The values of secrets, and at most once an invocation the key of the table.
    KMS: { kmsCall: of(/\.GetSecretValue$/) + invocations },
    DynamoDB: { dynamoWrite: of(/^dynamodb write units$/), dynamoRead: of(/^dynamodb read units$/) },
    'CloudWatch Logs': { logGb: (logBytes + invocations * PLATFORM_LOG_BYTES) / 1e9 },
    'X-Ray': { trace: invocations },
  };
  return Object.fromEntries(Object.entries(units).map(([what, count]) => [what, dollars(count)]));
}
