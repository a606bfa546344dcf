import { readFile } from 'node:fs/promises';
import { type CloudFormationClient, DescribeStackResourcesCommand } from '@aws-sdk/client-cloudformation';
import { GetFunctionConfigurationCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import {
  RotateSecretCommand,
  type RotationRulesType,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { ORIGINAL } from '../app.ts';
import { templatePath } from './cdk.ts';

export interface ScheduleClients {
  readonly cloudFormation: CloudFormationClient;
  readonly lambda: LambdaClient;
  readonly secretsManager: SecretsManagerClient;
}

/** The properties of AWS::SecretsManager::RotationSchedule, as infra/constructs/rotation.ts writes them. */
interface Schedule {
  readonly SecretId: string | { readonly Ref: string };
  readonly RotationLambdaARN: { readonly 'Fn::GetAtt': readonly [string, string] };
  readonly RotationRules: RotationRulesType;
  readonly RotateImmediatelyOnUpdate: boolean;
}

interface Resource {
  readonly Metadata?: { readonly [ORIGINAL]?: { readonly Type: string; readonly Properties: Schedule } };
}

/** Does by RotateSecret what CloudFormation does on AWS for each rotation schedule of the deployed template. */
export async function applyRotationSchedules(clients: ScheduleClients, folder: string): Promise<number> {
  const { Resources } = JSON.parse(await readFile(templatePath(folder), 'utf8')) as {
    Resources: Record<string, Resource>;
  };
  const schedules = Object.values(Resources).flatMap(
    ({ Metadata }) => Metadata?.[ORIGINAL]?.Properties ?? [],
  );
  const physicalIds = await readPhysicalIds(clients.cloudFormation);
  for (const schedule of schedules) await apply(clients, physicalIds, schedule);
  return schedules.length;
}

async function apply(
  { lambda, secretsManager }: ScheduleClients,
  physicalIds: ReadonlyMap<string, string>,
  { SecretId, RotationLambdaARN, RotationRules, RotateImmediatelyOnUpdate }: Schedule,
): Promise<void> {
  const [functionId] = RotationLambdaARN['Fn::GetAtt'];
  const { FunctionArn } = await lambda.send(
    new GetFunctionConfigurationCommand({ FunctionName: physicalIds.get(functionId) }),
  );
  await secretsManager.send(
    new RotateSecretCommand({
      SecretId: typeof SecretId === 'string' ? SecretId : physicalIds.get(SecretId.Ref),
      RotationLambdaARN: FunctionArn,
      RotationRules,
      RotateImmediately: RotateImmediatelyOnUpdate,
    }),
  );
}

async function readPhysicalIds(client: CloudFormationClient): Promise<ReadonlyMap<string, string>> {
  const { StackResources = [] } = await client.send(
    new DescribeStackResourcesCommand({ StackName: 'Keyturn' }),
  );
  return new Map(
    StackResources.map(({ LogicalResourceId = '', PhysicalResourceId = '' }) => [
      LogicalResourceId,
      PhysicalResourceId,
    ]),
  );
}
