import { DynamoDBClient } from '../aws/dynamodb.ts';
import { setting } from '../environment.ts';
import { Ledger } from './ledger.ts';

/** One client a process. */
export const dynamodb = new DynamoDBClient();

/** The ledger of this deployment. */
export const ledger = new Ledger(dynamodb, setting('table'));
