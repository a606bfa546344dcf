import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { GetExecutionHistoryCommand, ListExecutionsCommand } from '@aws-sdk/client-sfn';
import type { Sandbox } from '../../sandbox/sandbox.ts';

/** Where a secret could show without anyone having written it down: as text by source. */
export async function traces(sandbox: Sandbox): Promise<Record<string, string>> {
  return {
    executions: await executions(sandbox),
    disk: files(sandbox.folder),
    commands: execFileSync('ps', ['axww', '-o', 'command='], { encoding: 'latin1' }),
  };
}

/** Input, output and each event of the audits. */
async function executions({ clients, outputs }: Sandbox): Promise<string> {
  const client = clients.stepFunctions;
  const { executions: runs = [] } = await client.send(
    new ListExecutionsCommand({ stateMachineArn: outputs.StateMachineArn }),
  );
  const histories = await Promise.all(
    runs.map(({ executionArn }) => client.send(new GetExecutionHistoryCommand({ executionArn }))),
  );
  return JSON.stringify(histories);
}

/** Everything that is on the disk while the sandbox runs: of the local AWS, of the functions, of the CDK. */
function files(folder: string): string {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'))
    .join('\n');
}
