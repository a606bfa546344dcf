import { AwsClient } from 'aws4fetch';
import { endpointOf } from './endpoint.ts';

/** For Lambda to accept an event, all tries together. */
const LIMIT_MS = 10_000;
/** When Lambda throttles an invocation that is waited for: a second at most, all pauses together. */
const RETRIES = 4;

/** How an invocation that was waited for ended: with its answer, or without one (`error` in Lambda's words, or ours). */
export type Invoked =
  | { readonly kind: 'answered'; readonly answer: unknown }
  | { readonly kind: 'died'; readonly error: string };

/**
 * Has Lambda invoke a function by itself (InvocationType Event), which is not waited for. By plain signed HTTP: the SDK's
 * client needs event streams, which are in no bundle here. Rejects when Lambda does not accept it.
 */
export async function invokeLater(functionArn: string, payload: object, env = process.env): Promise<void> {
  const { status } = await invoke(functionArn, payload, { type: 'Event', withinMs: LIMIT_MS }, env);
  if (status !== 202) throw new Error(`Lambda answered ${status} instead of accepting the event`);
}

/**
 * Invokes a function and waits for its answer, `withinMs` at most: one that is silent for longer has died as well as one
 * whose process has ended. Rejects when Lambda runs nothing: it throttles, refuses, or cannot be reached.
 * https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
 */
export async function invokeNow(
  functionArn: string,
  payload: object,
  withinMs: number,
  env = process.env,
): Promise<Invoked> {
  try {
    const { status, headers, body } = await invoke(
      functionArn,
      payload,
      { type: 'RequestResponse', withinMs },
      env,
    );
    if (status !== 200) throw new Error(`Lambda answered ${status} instead of running the function`);
    if (!headers.has('x-amz-function-error')) return { kind: 'answered', answer: JSON.parse(body) };
    return { kind: 'died', error: errorTypeOf(body) };
  } catch (error) {
    if (error instanceof Error && error.name === 'TimeoutError') return { kind: 'died', error: 'NoAnswer' };
    throw error;
  }
}

/** A time-out comes without a type on older runtimes. */
function errorTypeOf(body: string): string {
  return /"errorType"\s*:\s*"([\w.]{1,64})"/.exec(body)?.[1] ?? 'Unknown';
}

async function invoke(
  functionArn: string,
  payload: object,
  { type, withinMs }: { readonly type: 'Event' | 'RequestResponse'; readonly withinMs: number },
  env: NodeJS.ProcessEnv,
) {
  const { AWS_ACCESS_KEY_ID = '', AWS_SECRET_ACCESS_KEY = '', AWS_SESSION_TOKEN, AWS_REGION = '' } = env;
  const client = new AwsClient({
    accessKeyId: AWS_ACCESS_KEY_ID,
    secretAccessKey: AWS_SECRET_ACCESS_KEY,
    ...(AWS_SESSION_TOKEN && { sessionToken: AWS_SESSION_TOKEN }),
    service: 'lambda',
    region: AWS_REGION,
    ...(type === 'RequestResponse' && { retries: RETRIES }),
  });
  const path = `/2015-03-31/functions/${encodeURIComponent(functionArn)}/invocations`;
  const response = await client.fetch(endpointOf('lambda', AWS_REGION, env) + path, {
    method: 'POST',
    // A connection kept alive while Lambda froze the function is dead, and fetch would only say "fetch failed".
    headers: { 'x-amz-invocation-type': type, connection: 'close' },
    body: JSON.stringify(payload),
    signal: AbortSignal.timeout(Math.max(0, withinMs)),
  });
  return { status: response.status, headers: response.headers, body: await response.text() };
}
