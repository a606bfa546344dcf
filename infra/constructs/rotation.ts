import { Duration, Stack } from 'aws-cdk-lib';
import { CfnPermission } from 'aws-cdk-lib/aws-lambda';
import { CfnRotationSchedule } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import { STEP_TIMEOUT_MS } from '../../functions/lifecycle/lease.ts';
import { KeyturnFunction } from './function.ts';
import {
  type Deployment,
  decryptTable,
  encryptSecrets,
  onDefaultBus,
  onManagedSecrets,
  onManagedUsers,
  onTable,
} from './permissions.ts';

export interface RotationScheduleProps {
  /** Name or ARN. */
  readonly secretId: string;
  readonly days: number;
  /** False: the deployment only runs `testSecret` against the credential in use. */
  readonly immediately: boolean;
}

/**
 * The rotation function of Secrets Manager, invocable by Secrets Manager on behalf of this account only. `aws:SourceArn`
 * would tie it to one secret (Secrets Manager user guide, "Permissions for rotation").
 */
export class Rotation extends KeyturnFunction {
  private readonly permission: CfnPermission;

  constructor(scope: Construct, id: string, deployment: Deployment) {
    super(scope, id, {
      entry: 'rotate',
      description: 'Secrets Manager rotation: mints, stores, proves and promotes an SMTP credential',
      memoryMiB: 512,
      setsPasswords: true,
      timeout: Duration.millis(STEP_TIMEOUT_MS),
      ...deployment,
    });
    this.allow(
      onManagedSecrets(
        this,
        'DescribeSecret',
        'GetSecretValue',
        'PutSecretValue',
        'UpdateSecretVersionStage',
      ),
      encryptSecrets(deployment),
      onManagedUsers(
        this,
        'CreateAccessKey',
        'DeleteAccessKey',
        'GetAccessKeyLastUsed',
        'ListAccessKeys',
        'ListUserTags',
      ),
      onTable(deployment.storage, 'GetItem', 'PutItem', 'Query'),
      decryptTable(deployment.storage),
      onDefaultBus(this),
    );
    this.permission = new CfnPermission(this, 'InvokedBySecretsManager', {
      action: 'lambda:InvokeFunction',
      functionName: this.lambda.functionArn,
      principal: 'secretsmanager.amazonaws.com',
      sourceAccount: Stack.of(this).account,
    });
  }

  /** Rotates a secret on a schedule, starting only when the function may be invoked and may do its work. */
  schedule(scope: Construct, { secretId, days, immediately }: RotationScheduleProps): CfnRotationSchedule {
    const schedule = new CfnRotationSchedule(scope, 'RotationSchedule', {
      secretId,
      rotationLambdaArn: this.lambda.functionArn,
      rotationRules: { automaticallyAfterDays: days },
      rotateImmediatelyOnUpdate: immediately,
    });
    schedule.node.addDependency(this.permission, this.role);
    return schedule;
  }
}
