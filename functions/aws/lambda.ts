import { signedBody } from './signed-request.ts';

/**
 * Has Lambda invoke a function by itself (InvocationType Event), which is not waited for. By plain signed HTTP: the SDK's
 * client needs event streams, which are in no bundle here. Rejects when Lambda does not accept it.
 */
export async function invokeLater(functionArn: string, payload: object, env = process.env): Promise<void> {
  const path = `/2015-03-31/functions/${encodeURIComponent(functionArn)}/invocations`;
  const headers = { 'x-amz-invocation-type': 'Event' };
  await signedBody({ service: 'lambda', method: 'POST', path, headers, body: JSON.stringify(payload) }, env);
}
