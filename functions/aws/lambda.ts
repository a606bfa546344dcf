import { AwsClient } from 'aws4fetch';
import { endpointOf } from './endpoint.ts';

/** Covers all of aws4fetch's own tries. */
const LIMIT_MS = 10_000;

/**
 * Has Lambda invoke a function by itself (InvocationType Event), which is not waited for. By plain signed HTTP: the SDK's
 * client needs event streams, which are in no bundle here. Rejects when Lambda does not accept it.
 */
export async function invokeLater(functionArn: string, payload: object, env = process.env): Promise<void> {
  const { AWS_ACCESS_KEY_ID = '', AWS_SECRET_ACCESS_KEY = '', AWS_SESSION_TOKEN, AWS_REGION = '' } = env;
  const client = new AwsClient({
    accessKeyId: AWS_ACCESS_KEY_ID,
    secretAccessKey: AWS_SECRET_ACCESS_KEY,
    ...(AWS_SESSION_TOKEN && { sessionToken: AWS_SESSION_TOKEN }),
    service: 'lambda',
    region: AWS_REGION,
  });
  const path = `/2015-03-31/functions/${encodeURIComponent(functionArn)}/invocations`;
  const { status } = await client.fetch(endpointOf('lambda', AWS_REGION, env) + path, {
    method: 'POST',
    headers: { 'x-amz-invocation-type': 'Event' },
    body: JSON.stringify(payload),
    signal: AbortSignal.timeout(LIMIT_MS),
  });
  if (status !== 202) throw new Error(`Lambda answered ${status} instead of accepting the event`);
}
