import { setTimeout as sleep } from 'node:timers/promises';
import { DescribeExecutionCommand, type SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';

const POLL_MS = 250;
const LIMIT_MS = 60_000;

/** Starts the audit's state machine and waits for its end; resolves to the run's id. Rejects unless it SUCCEEDED. */
export async function runAudit(client: SFNClient, stateMachineArn: string): Promise<string> {
  const runId = `sandbox-${Date.now()}`;
  const { executionArn } = await client.send(
    new StartExecutionCommand({ stateMachineArn, name: runId, input: '{}' }),
  );
  for (const deadline = Date.now() + LIMIT_MS; Date.now() < deadline; await sleep(POLL_MS)) {
    const { status, error, cause } = await client.send(new DescribeExecutionCommand({ executionArn }));
    if (status === 'SUCCEEDED') return runId;
    if (status !== 'RUNNING') throw new Error(`the audit ended as ${status}: ${error} ${cause}`);
  }
  throw new Error(`the audit did not end within ${LIMIT_MS / 1000} s`);
}
