import { GetPolicyCommand, InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import type { RotationEvent, StepResult } from './rotation-steps.ts';

const PRINCIPAL = 'secretsmanager.amazonaws.com';

interface Statement {
  readonly Effect?: string;
  readonly Principal?: { readonly Service?: string };
}

/** Whether the function's resource policy lets Secrets Manager in; false when there is no such function or policy. */
export async function mayInvoke(client: LambdaClient, functionArn: string): Promise<boolean> {
  try {
    const { Policy = '{}' } = await client.send(new GetPolicyCommand({ FunctionName: functionArn }));
    const { Statement = [] } = JSON.parse(Policy) as { Statement?: Statement[] };
    return Statement.some(({ Effect, Principal }) => Effect === 'Allow' && Principal?.Service === PRINCIPAL);
  } catch (error) {
    if (error instanceof Error && error.name === 'ResourceNotFoundException') return false;
    throw error;
  }
}

export async function invokeStep(
  client: LambdaClient,
  functionArn: string,
  event: RotationEvent,
): Promise<StepResult> {
  const { FunctionError, Payload } = await client.send(
    new InvokeCommand({ FunctionName: functionArn, Payload: JSON.stringify(event) }),
  );
  if (!FunctionError) return { kind: 'done' };
  const { errorMessage } = JSON.parse(Payload?.transformToString() ?? '{}') as { errorMessage?: string };
  return { kind: 'failed', reason: errorMessage ?? FunctionError };
}
