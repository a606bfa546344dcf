import { createHash } from 'node:crypto';
import { Logger } from '@aws-lambda-powertools/logger';
import type { Context } from 'aws-lambda';
import { SERVICE } from './names.ts';

/** What JSON leaves as it is though a terminal acts on it or a reader is deceived: C1 controls, invisible and bidirectional. */
const DECEPTIVE = /[\u007f-\u009f\p{Cf}\p{Zl}\p{Zp}]/gu;

/** Bounded, as RFC 5321 section 4.5.3.1 bounds both parts, so that a hostile text costs linear time. */
const ADDRESS = /[^\s<>"'(),:;/@]{1,64}@[^\s<>"'(),:;/@]{1,255}/g;

/** One JSON object a line; each outcome has an `event`. Call `beginInvocation` first in each handler. */
export const logger = new Logger({
  serviceName: SERVICE,
  jsonReplacerFn: (_key, value) => (typeof value === 'string' ? loggable(value) : value),
});

/** Of a mail address, which may stand in an operator's ARN, the hash: it tells whether one elsewhere is the same. */
function loggable(text: string): string {
  return text
    .replace(DECEPTIVE, '\uFFFD')
    .replace(
      ADDRESS,
      (address) => `address:${createHash('sha256').update(address).digest('hex').slice(0, 16)}`,
    );
}

/** Gives every line of this invocation its `requestId`; the rest of the context is the same in every line, and paid for. */
export function beginInvocation({ awsRequestId }: Context): void {
  logger.appendKeys({ requestId: awsRequestId });
}
