import { Duration } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { KeyturnFunction } from './function.ts';
import {
  type Deployment,
  decryptSecrets,
  decryptTable,
  exceptProtected,
  onManagedSecrets,
  onTable,
} from './permissions.ts';

/** API Gateway waits 29 seconds for an answer; a later one would be lost. */
const API_LIMIT = Duration.seconds(29);

/** Logs in with one credential, or with several side by side, and says good, bad or unknown of each. */
export class Validation extends KeyturnFunction {
  constructor(scope: Construct, id: string, deployment: Deployment) {
    super(scope, id, {
      entry: 'validate',
      description: 'Logs in with SMTP credentials over verified TLS and says what that proved',
      memoryMiB: 512,
      timeout: API_LIMIT,
      ...deployment,
    });
    this.allow(
      onManagedSecrets(this, 'DescribeSecret', 'GetSecretValue'),
      decryptSecrets(deployment),
      onTable(deployment.storage, 'GetItem', 'PutItem', 'UpdateItem'),
      exceptProtected(deployment.storage),
      decryptTable(deployment.storage),
    );
    this.invokeItself();
  }
}

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
