import { Duration } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { ENVIRONMENT } from '../../functions/observe/names.ts';
import { KeyturnFunction } from './function.ts';
import {
  type Deployment,
  decryptSecrets,
  decryptTable,
  onDefaultBus,
  onManagedSecrets,
  onTable,
  retireKeys,
  rotateWith,
} from './permissions.ts';

export interface OperationProps extends Deployment {
  /** The rotation function. */
  readonly rotate: KeyturnFunction;
  readonly retire: KeyturnFunction;
}

/**
 * What an operator has done to a credential: rotate, roll back, revoke, look. It answers the API at once, and works in an
 * invocation of its own, started by itself. It can make no credential and store no value: a rotation does that.
 */
export class Operation extends KeyturnFunction {
  constructor(scope: Construct, id: string, { rotate, retire, ...deployment }: OperationProps) {
    super(scope, id, {
      entry: 'operate',
      description: 'Rotates, rolls back or revokes an SMTP credential for an operator, or says how it stands',
      memoryMiB: 512,
      timeout: Duration.minutes(15),
      setsPasswords: true,
      ...deployment,
    });
    const { functionArn } = rotate.lambda;
    this.lambda.addEnvironment(ENVIRONMENT.rotateFunction, functionArn);
    this.allow(
      onManagedSecrets(this, 'DescribeSecret', 'GetSecretValue', 'UpdateSecretVersionStage'),
      rotateWith(this, functionArn),
      decryptSecrets(deployment),
      retireKeys(this),
      onTable(deployment.storage, 'GetItem', 'PutItem', 'Query'),
      decryptTable(deployment.storage),
      onDefaultBus(this),
    );
    // The rotation function, since whoever calls RotateSecret has to be allowed to invoke it.
    this.invokeItself(functionArn);
    // A rotation has its operation go on when it has ended, and retirement when nobody else did.
    this.letInvoke('GoingOn', [rotate.role, retire.role]);
    this.lambda.configureAsyncInvoke({ maxEventAge: Duration.hours(1), retryAttempts: 2 });
  }
}
