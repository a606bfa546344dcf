import { randomBytes, randomUUID } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { IAMClient, ListAccessKeysCommand } from '@aws-sdk/client-iam';
import { GetPolicyCommand, InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SESClient } from '@aws-sdk/client-ses';
import { SFNClient } from '@aws-sdk/client-sfn';
import { type Gateway, openGateway } from './gateway/gateway.ts';
import { AccessKeyCorrection, IssuedKeys } from './gateway/iam.ts';
import { type RotationEvent, Rotator, type StepReport, type StepResult } from './gateway/rotation.ts';
import { SecretVersions } from './gateway/secret-versions.ts';
import { SecretsManagerCorrection } from './gateway/secrets-manager.ts';
import { startMiniStack } from './ministack/ministack.ts';
import type { Children } from './processes.ts';

/** How any AWS client reaches an account of the local AWS. */
export interface Account {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

/** The local AWS with its gateway: what the deployed app, the CDK and everyone else takes for AWS. */
export interface Cloud {
  readonly account: Account;
  /** The account's number, which is also the access key id of its root. */
  readonly accountId: string;
  readonly issuedKeys: IssuedKeys;
  /** Emits each step of each rotation when it has ended. */
  readonly rotationSteps: EventEmitter<{ step: [StepReport] }>;
  /** Resolves when no rotation of the secret (name or ARN) is under way. */
  rotationSettled(secretId: string): Promise<void>;
  /** Whether an IAM user has this access key, and it is Active. */
  isActiveKey(userName: string, accessKeyId: string): Promise<boolean>;
  close(): Promise<void>;
}

export interface CloudOptions {
  readonly children: Children;
  /** What the local AWS writes goes here. */
  readonly folder: string;
  /** The interpreter that has the local AWS, or the URL of one that runs already. */
  readonly host: { readonly python: string } | { readonly url: string };
}

const REGION = 'us-east-1';

/** Starts the local AWS, or takes the one that is given, and puts the gateway in front of it. */
export async function openCloud({ children, folder, host }: CloudOptions): Promise<Cloud> {
  const gateway = await openGateway();
  // An account of its own for each sandbox, so that two can share a local AWS that runs already.
  const accountId = String(100_000_000_000 + randomBytes(4).readUInt32BE());
  const start = { folder, endpointUrl: gateway.url, account: accountId };
  const url = 'url' in host ? host.url : await startMiniStack(children, { python: host.python, ...start });
  // The local AWS takes whoever signs as an account for its root, and checks no signature of it.
  const credentials = { accessKeyId: accountId, secretAccessKey: 'test' };
  return correct(gateway, { endpoint: url, region: REGION, credentials });
}

/** Puts the local AWS at `behind` right; from here on everyone comes through the gateway. */
function correct(gateway: Gateway, behind: Account): Cloud {
  const iam = new IAMClient(behind);
  const keysOf = async (UserName: string) =>
    (await iam.send(new ListAccessKeysCommand({ UserName }))).AccessKeyMetadata ?? [];
  const issuedKeys = new IssuedKeys();
  const rotationSteps = new EventEmitter<{ step: [StepReport] }>();
  const versions = new SecretVersions(new SecretsManagerClient(behind));
  const rotator = rotatorOf(behind, versions, (report) => rotationSteps.emit('step', report));
  gateway.serve(behind.endpoint, [
    new SecretsManagerCorrection(versions, rotator),
    new AccessKeyCorrection(issuedKeys, async (userName) => (await keysOf(userName)).length),
  ]);
  return {
    account: { ...behind, endpoint: gateway.url },
    accountId: behind.credentials.accessKeyId,
    issuedKeys,
    rotationSteps,
    rotationSettled: async (secretId) => rotator.settled((await versions.arn(secretId)) ?? ''),
    isActiveKey: async (userName, accessKeyId) =>
      (await keysOf(userName)).some((key) => key.AccessKeyId === accessKeyId && key.Status === 'Active'),
    close: () => gateway.close(),
  };
}

function rotatorOf(behind: Account, versions: SecretVersions, report: (step: StepReport) => void): Rotator {
  const lambda = new LambdaClient(behind);
  return new Rotator({
    versions: (secretArn) => versions.labels(secretArn),
    addPending: (secretArn, token) => versions.addPending(secretArn, token),
    removePending: (secretArn, token) => versions.removePending(secretArn, token),
    mayInvoke: (functionArn) => mayInvoke(lambda, functionArn),
    invoke: (functionArn, event) => invokeStep(lambda, functionArn, event),
    newToken: randomUUID,
    now: Date.now,
    report,
  });
}

export interface Clients {
  readonly cloudFormation: CloudFormationClient;
  readonly iam: IAMClient;
  readonly lambda: LambdaClient;
  readonly logs: CloudWatchLogsClient;
  readonly s3: S3Client;
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
    s3: new S3Client(account),
    secretsManager: new SecretsManagerClient(account),
    ses: new SESClient(account),
    stepFunctions: new SFNClient(account),
  };
}

const PRINCIPAL = 'secretsmanager.amazonaws.com';

interface Statement {
  readonly Effect?: string;
  readonly Principal?: { readonly Service?: string };
}

/** Whether the function's resource policy lets Secrets Manager in; false when there is no such function or policy. */
async function mayInvoke(client: LambdaClient, functionArn: string): Promise<boolean> {
  try {
    const { Policy = '{}' } = await client.send(new GetPolicyCommand({ FunctionName: functionArn }));
    const { Statement = [] } = JSON.parse(Policy) as { Statement?: Statement[] };
    return Statement.some(({ Effect, Principal }) => Effect === 'Allow' && Principal?.Service === PRINCIPAL);
  } catch (error) {
    if (error instanceof Error && error.name === 'ResourceNotFoundException') return false;
    throw error;
  }
}

async function invokeStep(
  client: LambdaClient,
  functionArn: string,
  event: RotationEvent,
): Promise<StepResult> {
  const { FunctionError, Payload } = await client.send(
    new InvokeCommand({ FunctionName: functionArn, Payload: JSON.stringify(event) }),
  );
  if (!FunctionError) return { kind: 'done' };
  const { errorMessage } = JSON.parse(Payload?.transformToString() ?? '{}') as { errorMessage?: string };
  return { kind: 'failed', reason: errorMessage ?? FunctionError };
}
