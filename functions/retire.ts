import type { Context } from 'aws-lambda';
import { attemptLogin, invokeLater, lifecycle, operations, secretStore } from './deployment.ts';
import { type LookPorts, lookIfDue, lookNow, recorded } from './lifecycle/retire/look.ts';
import {
  failure,
  type RetirementOutcome,
  type RetirementPorts,
  retireReplaced,
} from './lifecycle/retire/retirement.ts';
import type { Batch } from './lifecycle/retire/round.ts';
import { beginInvocation } from './observe/logger.ts';
import { metrics } from './observe/metrics.ts';
import { handles, KeyturnError } from './observe/shown.ts';

/** No look of a batch begins later (ms), so that the last one has most of the function's time for itself. */
const BEGIN_WITHIN_MS = 20_000;

/** Of one secret, by its name or ARN, for an operator; or of those that the state machine hands out. */
type Wanted = { readonly secretId: string } | Batch;

/** Retires replaced credentials. Resolves to what became of them for an operator; a state holds little. */
export const handler = handles(handle);

async function handle(event: Wanted, context: Context): Promise<RetirementOutcome[] | undefined> {
  beginInvocation(context);
  const ports = lookPorts();
  try {
    if ('secretId' in event) return [await retireNow(ports, event.secretId)];
    if (!('secretArns' in event)) throw new KeyturnError('expected { "secretId": "<name or ARN>" }');
    await retireDue(ports, event.secretArns);
    return undefined;
  } finally {
    metrics.publishStoredMetrics();
  }
}

function lookPorts(): LookPorts {
  return {
    ...lifecycle(),
    leaseOn: (secretArn) => operations().leaseOn(secretArn),
    goOn,
    retire: (secretArn, keepsLease) => retireReplaced(retirementPorts(secretArn, keepsLease), secretArn),
  };
}

/** Nobody waits for it, and who asks about it has it go on, too. */
async function goOn(operationId: string): Promise<void> {
  const { worker } = (await operations().find(operationId)) ?? {};
  if (worker) await invokeLater(worker, { operationId });
}

function retirementPorts(secretArn: string, keepsLease: RetirementPorts['keepsLease']): RetirementPorts {
  const login: RetirementPorts['login'] = (credential, budgetMs) =>
    attemptLogin({ credential, secretArn, budgetMs, meantToFail: true });
  return { ...lifecycle(), login, keepsLease };
}

/** Whoever is not come to is still due. */
async function retireDue(ports: LookPorts, secretArns: readonly string[]): Promise<void> {
  const until = Date.now() + BEGIN_WITHIN_MS;
  for (const secretArn of secretArns) {
    if (Date.now() > until) break;
    await told(secretArn, () => lookIfDue(ports, secretArn));
  }
}

async function retireNow(ports: LookPorts, secretId: string): Promise<RetirementOutcome> {
  const secret = await secretStore().describe(secretId);
  if (secret.kind === 'found') return told(secret.arn, () => lookNow(ports, secret.arn));
  const nothing = async () => false;
  return told(secretId, () => retireReplaced(retirementPorts(secretId, nothing), secretId));
}

/** One secret's trouble must not keep the others from their turn; it is alarmed by its metric. */
async function told<O extends RetirementOutcome | null>(
  secretArn: string,
  look: () => Promise<O>,
): Promise<O | RetirementOutcome> {
  const startedAt = Date.now();
  const outcome = await look().catch((error: unknown) => failure(secretArn, error));
  if (outcome) recorded(outcome, Date.now() - startedAt);
  return outcome;
}
