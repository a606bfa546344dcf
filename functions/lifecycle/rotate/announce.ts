import { type EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { logger } from '../../observe/logger.ts';
import { PROMOTED } from '../../observe/names.ts';
import { KeyturnError, shown } from '../../observe/shown.ts';

/**
 * Tells the default event bus which secret has a new current version. Never rejects, and nothing may depend on it: the
 * label has moved, so a failure here must not make the rotation one. Secrets Manager tells the same by itself
 * (`Secret Label Updated`), and clients find out by themselves.
 */
export async function announcePromotion(events: EventBridgeClient, secretArn: string): Promise<void> {
  try {
    await putEvent(events, secretArn);
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

async function putEvent(events: EventBridgeClient, secretArn: string): Promise<void> {
  const entry = {
    Source: PROMOTED.source,
    DetailType: PROMOTED.detailType,
    Resources: [secretArn],
    Detail: JSON.stringify({ secretArn }),
  };
  const { FailedEntryCount = 0, Entries = [] } = await events.send(
    new PutEventsCommand({ Entries: [entry] }),
  );
  if (FailedEntryCount > 0)
    throw new KeyturnError(`EventBridge did not take the event: ${Entries[0]?.ErrorCode}`);
}
