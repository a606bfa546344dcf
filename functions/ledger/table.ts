import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { setting } from '../environment.ts';
import { Ledger } from './ledger.ts';

/** The ledger of this deployment: one client a process. */
export const ledger = new Ledger(new DynamoDBClient(), setting('table'));
