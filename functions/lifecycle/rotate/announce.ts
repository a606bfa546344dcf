import { JsonApi } from '../../aws/json-api.ts';
import { logger } from '../../observe/logger.ts';
import { PROMOTED } from '../../observe/names.ts';
import { KeyturnError, shown } from '../../observe/shown.ts';

const events = new JsonApi({ service: 'events', target: 'AWSEvents', version: '1.1' });

/**
 * Tells the default event bus which secret has a new current version. Never rejects, and nothing may depend on it: the
 * label has moved, so a failure here must not make the rotation one. Secrets Manager tells the same by itself
 * (`Secret Label Updated`), and clients find out by themselves.
 */
export async function announcePromotion(secretArn: string): Promise<void> {
  try {
    await putEvent(secretArn);
  } catch (error) {
    const { name, message } = shown(error);
    logger.warn('credential.promotion-untold', {
      event: 'credential.promotion-untold',
      secretArn,
      result: name,
      detail: message,
    });
  }
}

async function putEvent(secretArn: string): Promise<void> {
  const entry = {
    Source: PROMOTED.source,
    DetailType: PROMOTED.detailType,
    Resources: [secretArn],
    Detail: JSON.stringify({ secretArn }),
  };
  const answer = await events.call('PutEvents', { Entries: [entry] });
  const { FailedEntryCount = 0, Entries = [] } = answer as PutEventsAnswer;
  if (FailedEntryCount > 0)
    throw new KeyturnError(`EventBridge did not take the event: ${Entries[0]?.ErrorCode}`);
}

interface PutEventsAnswer {
  readonly FailedEntryCount?: number;
  readonly Entries?: readonly { readonly ErrorCode?: string }[];
}
