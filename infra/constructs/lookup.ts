import { Duration } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { KeyturnFunction } from './keyturn-function.ts';
import { type Deployment, decryptTable, onTable } from './permissions.ts';

/** Answers what is known of each credential. Reads the table only: it can neither read a secret nor change anything. */
export class Lookup extends KeyturnFunction {
  constructor(scope: Construct, id: string, deployment: Deployment) {
    super(scope, id, {
      entry: 'credentials',
      description: 'Answers the last known verdict and the history of each credential',
      memoryMiB: 256,
      timeout: Duration.seconds(10),
      ...deployment,
    });
    this.allow(onTable(deployment.storage, 'GetItem', 'Query'), decryptTable(deployment.storage));
  }
}
