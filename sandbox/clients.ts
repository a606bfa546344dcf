import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { IAMClient } from '@aws-sdk/client-iam';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SESClient } from '@aws-sdk/client-ses';
import { SFNClient } from '@aws-sdk/client-sfn';
import type { Account } from './cloud.ts';

export interface Clients {
  readonly cloudFormation: CloudFormationClient;
  readonly iam: IAMClient;
  readonly lambda: LambdaClient;
  readonly logs: CloudWatchLogsClient;
  readonly secretsManager: SecretsManagerClient;
  readonly ses: SESClient;
  readonly stepFunctions: SFNClient;
}

export function clientsOf(account: Account): Clients {
  return {
    cloudFormation: new CloudFormationClient(account),
    iam: new IAMClient(account),
    lambda: new LambdaClient(account),
    logs: new CloudWatchLogsClient(account),
    secretsManager: new SecretsManagerClient(account),
    ses: new SESClient(account),
    stepFunctions: new SFNClient(account),
  };
}
