/**
 * A function in a process of its own, which the parent process forks (argument: the bundle with its handler) and sends one
 * event. Its secrets may hold, in their field `ends`, a way to end the process that reads them.
 */
import { createRequire } from 'node:module';
import type { Context } from 'aws-lambda';
import { WAYS_TO_END, type WayToEnd } from './ways-to-end.ts';

export interface Invocation {
  readonly event: object;
  readonly functionArn: string;
  readonly requestId: string;
  readonly timeoutMs: number;
}

const parse = JSON.parse;
JSON.parse = (text: string, reviver?: Parameters<typeof parse>[1]) => {
  const value = parse(text, reviver);
  const way = WAYS_TO_END[value?.ends as WayToEnd];
  way?.();
  return value;
};

process.once('message', async ({ event, functionArn, requestId, timeoutMs }: Invocation) => {
  const endsAt = Date.now() + timeoutMs;
  const context = {
    awsRequestId: requestId,
    invokedFunctionArn: functionArn,
    getRemainingTimeInMillis: () => endsAt - Date.now(),
  } as Context;
  const { handler } = createRequire(import.meta.url)(process.argv[2] ?? '');
  const ended: object = await handler(event, context).then(
    (answer: unknown) => ({ answer }),
    (error: Error) => ({ error: { errorType: error.name, errorMessage: error.message } }),
  );
  process.send?.(ended, () => process.exit());
});
