import { Logger } from '@aws-lambda-powertools/logger';
import type { Context } from 'aws-lambda';
import { SERVICE } from './names.ts';

/** What JSON leaves as it is though a terminal acts on it or a reader is deceived: C1 controls, invisible and bidirectional. */
const DECEPTIVE = /[\u007f-\u009f\p{Cf}\p{Zl}\p{Zp}]/gu;

/** One JSON object a line; each outcome has an `event`. Call `beginInvocation` first in each handler. */
export const logger = new Logger({
  serviceName: SERVICE,
  jsonReplacerFn: (_key, value) => (typeof value === 'string' ? value.replace(DECEPTIVE, '\uFFFD') : value),
});

/** Gives every line of this invocation its `requestId`; the rest of the context is the same in every line, and paid for. */
export function beginInvocation({ awsRequestId }: Context): void {
  logger.appendKeys({ requestId: awsRequestId });
}
