import { Duration } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { KeyturnFunction } from './keyturn-function.ts';
import {
  type Deployment,
  decryptSecrets,
  decryptTable,
  exceptEvents,
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
      exceptEvents(deployment.storage),
      decryptTable(deployment.storage),
    );
    this.invokeItself();
  }
}
