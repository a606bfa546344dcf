import {
  type CloudFormationClient,
  CreateStackCommand,
  DescribeStackResourcesCommand,
  waitUntilStackCreateComplete,
} from '@aws-sdk/client-cloudformation';
import { GetFunctionConfigurationCommand } from '@aws-sdk/client-lambda';
import type { Clients } from '../../sandbox/cloud.ts';

/** A rotation function by the book: createSecret makes a value, finishSecret moves the label; FAIL names a step to break. */
const CODE = `
const { SecretsManagerClient, GetSecretValueCommand, PutSecretValueCommand, DescribeSecretCommand,
  UpdateSecretVersionStageCommand } = require('@aws-sdk/client-secrets-manager');
const client = new SecretsManagerClient({});
exports.handler = async ({ Step, SecretId, ClientRequestToken }) => {
  if (Step === process.env.FAIL) throw new Error(Step + ' is broken on purpose');
  if (Step === 'createSecret') {
    const pending = { SecretId, VersionId: ClientRequestToken, VersionStage: 'AWSPENDING' };
    const there = await client.send(new GetSecretValueCommand(pending)).catch((error) => {
      if (error.name === 'ResourceNotFoundException') return undefined;
      throw error;
    });
    if (!there) await client.send(new PutSecretValueCommand({ SecretId, ClientRequestToken,
      SecretString: 'value of ' + ClientRequestToken, VersionStages: ['AWSPENDING'] }));
  }
  if (Step === 'finishSecret') {
    const { VersionIdsToStages } = await client.send(new DescribeSecretCommand({ SecretId }));
    const current = Object.keys(VersionIdsToStages).find((id) => VersionIdsToStages[id].includes('AWSCURRENT'));
    await client.send(new UpdateSecretVersionStageCommand({ SecretId, VersionStage: 'AWSCURRENT',
      MoveToVersionId: ClientRequestToken, RemoveFromVersionId: current }));
  }
};`;

const role = {
  Type: 'AWS::IAM::Role',
  Properties: {
    AssumeRolePolicyDocument: {
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' },
      ],
    },
    Policies: [
      {
        PolicyName: 'Rotate',
        PolicyDocument: {
          Version: '2012-10-17',
          Statement: [{ Effect: 'Allow', Action: 'secretsmanager:*', Resource: '*' }],
        },
      },
    ],
  },
};

const rotate = {
  Type: 'AWS::Lambda::Function',
  Properties: {
    Runtime: 'nodejs24.x',
    Handler: 'index.handler',
    Timeout: 10,
    Role: { 'Fn::GetAtt': ['Role', 'Arn'] },
    Code: { ZipFile: CODE },
  },
};

const permission = {
  Type: 'AWS::Lambda::Permission',
  Properties: {
    Action: 'lambda:InvokeFunction',
    FunctionName: { Ref: 'Rotate' },
    Principal: 'secretsmanager.amazonaws.com',
  },
};

const Resources = { Role: role, Rotate: rotate, Permission: permission, Closed: rotate };

/** ARNs of a rotation function, and of one that Secrets Manager may not invoke. */
export interface RotationFunctions {
  readonly open: string;
  readonly closed: string;
}

export async function deployRotationFunctions(clients: Clients): Promise<RotationFunctions> {
  const { cloudFormation } = clients;
  const StackName = 'rotation';
  await cloudFormation.send(
    new CreateStackCommand({
      StackName,
      TemplateBody: JSON.stringify({ Resources }),
      Capabilities: ['CAPABILITY_IAM'],
    }),
  );
  await waitUntilStackCreateComplete(
    { client: cloudFormation, maxWaitTime: 20, minDelay: 1, maxDelay: 1 },
    { StackName },
  );
  const names = await physicalIds(cloudFormation, StackName);
  const arn = async (id: string) => {
    const FunctionName = names.get(id);
    const { FunctionArn } = await clients.lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
    return FunctionArn ?? '';
  };
  return { open: await arn('Rotate'), closed: await arn('Closed') };
}

async function physicalIds(client: CloudFormationClient, StackName: string) {
  const { StackResources = [] } = await client.send(new DescribeStackResourcesCommand({ StackName }));
  return new Map(
    StackResources.map(({ LogicalResourceId, PhysicalResourceId }) => [
      LogicalResourceId,
      PhysicalResourceId,
    ]),
  );
}
