import { StartExecutionCommand } from '@aws-sdk/client-sfn';
import type { Context } from 'aws-lambda';
import { agenda, retirementLease, secretStore, stepFunctions } from './deployment.ts';
import { setting } from './environment.ts';
import { recorded } from './lifecycle/retire/look.ts';
import {
  type DeadBatch,
  type HandedOut,
  nextRound,
  type Round,
  type RoundPorts,
  type RunInput,
  whatDied,
} from './lifecycle/retire/round.ts';
import { beginInvocation } from './observe/logger.ts';
import { metrics } from './observe/metrics.ts';
import { handles } from './observe/shown.ts';

/** `{}` from the schedule; the others from the state machine. */
type Event = Record<string, never> | Round | DeadBatch;

/** Finds what is due: on a schedule it starts the state machine if anything is, which asks it for one round after the other. */
export const handler = handles(handle);

async function handle(event: Event, context: Context): Promise<HandedOut | undefined> {
  beginInvocation(context);
  try {
    if ('runId' in event) return await nextRound(ports(), event as Round);
    if ('died' in event) for (const outcome of await whatDied(ports(), event as DeadBatch)) recorded(outcome);
    else await startIfDue();
    return undefined;
  } finally {
    metrics.publishStoredMetrics();
  }
}

function ports(): RoundPorts {
  return { agenda: agenda(), store: secretStore(), lease: retirementLease(), now: Date.now };
}

/** A run that is under way comes to it by itself. */
async function startIfDue(): Promise<void> {
  const due = await agenda().due(1, Date.now());
  if (due.length === 0 || (await retirementLease().isHeld(Date.now()))) return;
  const input: RunInput = { round: 0, sweepFrom: null };
  const stateMachineArn = setting('retirementMachine');
  await stepFunctions().send(new StartExecutionCommand({ stateMachineArn, input: JSON.stringify(input) }));
}
