import { dollars, type Priced } from './prices.ts';
import { FUNCTIONS, type FunctionName, type Measured, type MeasuredRun } from './run.ts';

/** Memory that the stack gives each function (MiB). */
const MEMORY: Readonly<Record<FunctionName, number>> = {
  AuditPlan: 512,
  AuditExamine: 1024,
  AuditReport: 1024,
};
/** Memory at which Lambda gives one whole vCPU (MiB): https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html */
export const FULL_CPU_MIB = 1769;

/**
 * What a call waits for that this machine answers at once; upper bounds of what one sees inside a region, and at a mail
 * server some 40 ms away: TCP, TLS, greeting, EHLO, AUTH. All of them are taken to be one after the other.
 */
export const AWS_CALL_MS = 10;
const LOGIN_MS = 250;
/** Of the 13 further connections by which a batch examines its server. */
const PROBE_MS = 13 * 120;

const RUNS_A_MONTH = 30;
const RETENTION_MONTHS = 400 / 30;
/** Plan, choice, map and report; at most, since their start and end are counted too. */
const TRANSITIONS = 6;
/** The map's children are Standard workflows of one state. */
const TRANSITIONS_A_BATCH = 3;
/** Step Functions logs each event, without its data. */
const EVENTS_A_BATCH = 7;
const EVENT_BYTES = 1000;
const GB = 1e9;

/** Seconds that Lambda bills for all invocations of a function in one run. */
export function billedSeconds(name: FunctionName, { functions, credentials }: MeasuredRun): number {
  const { cpuMs, calls, invocations } = functions[name];
  const cpu = cpuMs * Math.max(1, FULL_CPU_MIB / MEMORY[name]);
  const servers = name === 'AuditExamine' ? credentials * LOGIN_MS + invocations * PROBE_MS : 0;
  return (cpu + total(calls) * AWS_CALL_MS + servers) / 1000;
}

/** Dollars a month, at one audit a day, by what they are paid for; only what an audit causes. */
export function costs(run: MeasuredRun): Readonly<Record<string, number>> {
  const all = FUNCTIONS.map((name) => run.functions[name]);
  const sumOf = (pattern: RegExp) => all.reduce((sum, { calls }) => sum + total(calls, pattern), 0);
  const batches = run.functions.AuditExamine.invocations;
  const gbSeconds = FUNCTIONS.reduce(
    (sum, name) => sum + (billedSeconds(name, run) * MEMORY[name]) / 1024,
    0,
  );
  const daily: Readonly<Record<string, Partial<Record<Priced, number>>>> = {
    Lambda: { lambdaGbSecond: gbSeconds, lambdaRequest: sum(all, 'invocations') },
    'Step Functions': { stateTransition: TRANSITIONS + batches * TRANSITIONS_A_BATCH },
    'Secrets Manager': { secretsManagerCall: sumOf(/^secretsmanager\./) },
    KMS: { kmsCall: sumOf(/\.GetSecretValue$|^kms\./) },
    DynamoDB: {
      dynamoWrite: sumOf(/^dynamodb write units$/),
      dynamoRead: sumOf(/^dynamodb read units$/),
    },
    'S3 requests': { s3Put: sumOf(/^s3\.(Put|Upload|Create|Complete)/), s3Get: sumOf(/^s3\.Get/) },
    'CloudWatch Logs': { logGb: (sum(all, 'logBytes') + batches * EVENTS_A_BATCH * EVENT_BYTES) / GB },
    'X-Ray': { trace: batches + FUNCTIONS.length },
  };
  const monthly = Object.entries(daily).map(
    ([what, units]) => [what, RUNS_A_MONTH * dollars(units)] as const,
  );
  const stored = (run.bytes * RUNS_A_MONTH * RETENTION_MONTHS) / GB;
  return { ...Object.fromEntries(monthly), 'S3 storage': dollars({ s3GbMonth: stored }) };
}

/** What the secrets themselves cost, with or without audits. */
export function secretCosts({ credentials }: MeasuredRun): number {
  return dollars({ secretMonth: credentials });
}

function total(calls: ReadonlyMap<string, number>, pattern = /\./): number {
  let count = 0;
  for (const [name, times] of calls) if (pattern.test(name)) count += times;
  return count;
}

function sum(all: readonly Measured[], field: 'invocations' | 'logBytes'): number {
  return all.reduce((before, measured) => before + measured[field], 0);
}
