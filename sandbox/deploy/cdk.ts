import { readFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import {
  GetFunctionConfigurationCommand,
  type LambdaClient,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import type { Cloud } from '../cloud.ts';
import type { Children } from '../processes.ts';

const ROOT = join(import.meta.dirname, '../..');
const CLI = join(ROOT, 'node_modules/aws-cdk/bin/cdk');
const COMMON = ['--no-notices', '--ci'];

export interface DeployOptions {
  readonly children: Children;
  readonly cloud: Cloud;
  /** The CDK writes its assembly, its caches and the outputs here. */
  readonly folder: string;
  /** The CDK context `keyturn`. */
  readonly context: object;
}

/** The outputs of the stack that the sandbox uses; infra/stack.ts has them all. */
export interface Outputs {
  readonly ApiId: string;
  readonly StateMachineArn: string;
  readonly ReportBucketName: string;
  readonly TableName: string;
  readonly ValidateFunctionName: string;
  readonly CredentialsFunctionName: string;
  readonly RotateFunctionName: string;
  readonly RetireFunctionName: string;
  readonly RetireDueFunctionName: string;
  readonly RetirementStateMachineArn: string;
  readonly AuditPlanFunctionName: string;
  readonly AuditExamineFunctionName: string;
  readonly AuditReportFunctionName: string;
  readonly AuditsFunctionName: string;
}

export function functionNames(outputs: Outputs): string[] {
  return Object.entries(outputs).flatMap(([id, value]) => (id.endsWith('FunctionName') ? [value] : []));
}

/** Where the CDK leaves the stack's template. */
export function templatePath(folder: string): string {
  return join(folder, 'cdk.out', 'Keyturn.template.json');
}

/** `cdk bootstrap` and `cdk deploy`, by the real command line tool. Rejects with CommandFailed. */
export async function deployApp(options: DeployOptions): Promise<Outputs> {
  const { cloud, folder } = options;
  const { accountId, account } = cloud;
  const outputs = join(folder, 'outputs.json');
  await cdk(options, ['bootstrap', `aws://${accountId}/${account.region}`]);
  await cdk(options, [
    'deploy',
    ...['--app', `${process.execPath} ${join(ROOT, 'sandbox/app.ts')}`],
    ...['--output', join(folder, 'cdk.out'), '--outputs-file', outputs],
    ...['--require-approval', 'never', '--version-reporting', 'false'],
  ]);
  const { Keyturn } = JSON.parse(await readFile(outputs, 'utf8')) as { Keyturn: Outputs };
  return Keyturn;
}

async function cdk({ children, cloud, folder, context }: DeployOptions, args: readonly string[]) {
  const { endpoint, region, credentials } = cloud.account;
  await children.run(process.execPath, [CLI, ...args, ...COMMON], {
    // `cdk bootstrap` would read cdk.json and synthesise the app for AWS first.
    cwd: args[0] === 'bootstrap' ? folder : ROOT,
    env: {
      // The CDK bundles by npx, which lies wherever the user's own Node is.
      PATH: [dirname(process.execPath), process.env.PATH].join(delimiter),
      // Neither the user's AWS profiles nor the CDK's settings and caches may have a say here.
      HOME: folder,
      TMPDIR: folder,
      AWS_ENDPOINT_URL: endpoint,
      AWS_REGION: region,
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      CDK_DISABLE_CLI_TELEMETRY: 'true',
      NO_COLOR: '1',
      KEYTURN_SANDBOX_CONTEXT: JSON.stringify(context),
    },
  });
}

/** Sets environment variables of a deployed function and keeps its others. */
export async function setEnvironment(
  client: LambdaClient,
  functionName: string,
  variables: Readonly<Record<string, string>>,
): Promise<void> {
  const FunctionName = functionName;
  const { Environment } = await client.send(new GetFunctionConfigurationCommand({ FunctionName }));
  const Variables = { ...Environment?.Variables, ...variables };
  await client.send(new UpdateFunctionConfigurationCommand({ FunctionName, Environment: { Variables } }));
}
