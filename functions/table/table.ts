import { DynamoDBClient } from '../aws/dynamodb.ts';
import { setting } from '../environment.ts';
import { logger } from '../observe/logger.ts';
import { Ledger } from './ledger.ts';

/** One client a process. */
export const dynamodb = new DynamoDBClient();

/**
 * The ledger of this deployment. The log keeps the hash of each event out of reach of whoever can write to the table:
 * who rewrote events and their head alike is found by it.
 */
export const ledger = new Ledger(dynamodb, setting('table'), (secretArn, { sequence, hash }) =>
  logger.info('ledger.appended', { secretArn, sequence, hash }),
);
