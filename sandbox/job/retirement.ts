import { ListAccessKeysCommand } from '@aws-sdk/client-iam';
import { InvokeCommand } from '@aws-sdk/client-lambda';
import type { RetirementOutcome } from '../../functions/lifecycle/retire/retirement.ts';
import { ENVIRONMENT } from '../../functions/observe/names.ts';
import type { Credential } from '../../functions/providers/secret.ts';
import { ORDERS } from '../deploy/credentials.ts';
import { setEnvironment } from '../deploy/function-environment.ts';
import type { Progress } from '../progress.ts';
import type { Sandbox } from '../sandbox.ts';

/**
 * Retires the key that a rotation replaced, at its own pace: overlap, deactivate, soak, delete. Time moves forward by
 * configuration: a waiting time of 0 hours is over.
 */
export async function retireReplacedKey(
  sandbox: Sandbox,
  progress: Progress,
  replaced: Credential,
  current: Credential,
): Promise<void> {
  await progress.step('retire the replaced key: not before the overlap of 48 hours is over', async () => {
    await expectRetirement(sandbox, 'wait: overlap');
    await expectKeys(sandbox, current, { [current.username]: 'Active', [replaced.username]: 'Active' });
  });
  await progress.step('overlap over (KEYTURN_OVERLAP_HOURS=0): the key is deactivated', async () => {
    await endWait(sandbox, 'overlapHours');
    await expectRetirement(sandbox, 'deactivate');
    await expectKeys(sandbox, current, { [current.username]: 'Active', [replaced.username]: 'Inactive' });
  });
  await progress.step('soak over (KEYTURN_SOAK_HOURS=0): the key is deleted', async () => {
    await expectRetirement(sandbox, 'wait: soak');
    await endWait(sandbox, 'soakHours');
    await expectRetirement(sandbox, 'remove: disused');
    await expectKeys(sandbox, current, { [current.username]: 'Active' });
  });
}

/** Runs the retire function and makes sure what it did with the one replaced key. */
export async function expectRetirement({ clients, outputs }: Sandbox, expected: string): Promise<void> {
  const { FunctionError, Payload } = await clients.lambda.send(
    new InvokeCommand({
      FunctionName: outputs.RetireFunctionName,
      Payload: JSON.stringify({ secretId: ORDERS.secretName }),
    }),
  );
  const answer = Payload?.transformToString() ?? '';
  if (FunctionError) throw new Error(`the retire function failed: ${answer}`);
  const [outcome] = JSON.parse(answer) as RetirementOutcome[];
  const retirements = outcome?.kind === 'retired' ? outcome.retirements : [];
  const done = retirements.map((one) => ('reason' in one ? `${one.action}: ${one.reason}` : one.action));
  if (done.join() !== expected) throw new Error(`expected the retire function to ${expected}, got ${answer}`);
}

function endWait({ clients, outputs }: Sandbox, wait: 'overlapHours' | 'soakHours'): Promise<void> {
  return setEnvironment(clients.lambda, outputs.RetireFunctionName, { [ENVIRONMENT[wait]]: '0' });
}

/** `expected`: access key id to its status, all keys of the user. */
async function expectKeys(
  { clients }: Sandbox,
  { provider }: Credential,
  expected: Record<string, string>,
): Promise<void> {
  const UserName = provider?.type === 'ses' ? provider.userName : undefined;
  const { AccessKeyMetadata = [] } = await clients.iam.send(new ListAccessKeysCommand({ UserName }));
  const keys = AccessKeyMetadata.map(({ AccessKeyId, Status }) => `${AccessKeyId} ${Status}`).toSorted();
  const wanted = Object.entries(expected).map(([id, status]) => `${id} ${status}`);
  if (keys.join() !== wanted.toSorted().join()) {
    throw new Error(`expected the access keys ${wanted.join(', ')}, got ${keys.join(', ')}`);
  }
}
