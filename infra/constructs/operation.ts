import { Duration } from 'aws-cdk-lib';
import { Policy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { ENVIRONMENT } from '../../functions/observe/names.ts';
import { KeyturnFunction } from './keyturn-function.ts';
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
}

/**
 * What an operator has done to a credential: rotate, roll back, revoke, look. It answers the API at once, and works in an
 * invocation of its own, started by itself. It can make no credential and store no value: a rotation does that.
 */
export class Operation extends KeyturnFunction {
  constructor(scope: Construct, id: string, { rotate, ...deployment }: OperationProps) {
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
    this.invokeAlso(functionArn);
  }

  /**
   * Itself, and the rotation function, which whoever calls RotateSecret has to be allowed to invoke. A policy of its own,
   * since the function waits for that of its role.
   */
  private invokeAlso(rotationArn: string): void {
    const statement = new PolicyStatement({
      actions: ['lambda:InvokeFunction'],
      resources: [this.lambda.functionArn, rotationArn],
    });
    new Policy(this, 'Invocations', { statements: [statement], roles: [this.role] });
    this.lambda.configureAsyncInvoke({ maxEventAge: Duration.hours(1), retryAttempts: 2 });
  }
}
