import { Logger } from '@aws-lambda-powertools/logger';
import type { Context } from 'aws-lambda';
import { SERVICE } from './names.ts';

/** One JSON object a line; each outcome has an `event`. Call `beginInvocation` first in each handler. */
export const logger = new Logger({ serviceName: SERVICE });

/** Gives every line of this invocation its `requestId`; the rest of the context is the same in every line, and paid for. */
export function beginInvocation({ awsRequestId }: Context): void {
  logger.appendKeys({ requestId: awsRequestId });
}
