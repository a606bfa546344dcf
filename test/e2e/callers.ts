import { DescribeStackResourcesCommand } from '@aws-sdk/client-cloudformation';
import { AttachUserPolicyCommand, CreateAccessKeyCommand, CreateUserCommand } from '@aws-sdk/client-iam';
import { AwsClient } from 'aws4fetch';
import { apiUrl } from '../../infra/sandbox/job/validations.ts';
import type { Sandbox } from '../../infra/sandbox/sandbox.ts';

export interface Answer {
  readonly status: number;
  readonly body: string;
}

/** Someone who calls the API, with an access key of their own. */
export interface Caller {
  validate(body: object): Promise<Answer>;
  get(path: string): Promise<Answer>;
}

/** An IAM user with one of the stack's three policies, or with none. */
export async function createCaller(
  sandbox: Sandbox,
  policy: 'Viewer' | 'Validator' | 'Operator' | 'none',
): Promise<Caller> {
  const { iam } = sandbox.clients;
  const UserName = `caller-with-${policy}`;
  await iam.send(new CreateUserCommand({ UserName }));
  if (policy !== 'none') {
    const PolicyArn = await policyArn(sandbox, policy);
    await iam.send(new AttachUserPolicyCommand({ UserName, PolicyArn }));
  }
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }));
  const { AccessKeyId: accessKeyId = '', SecretAccessKey: secretAccessKey = '' } = AccessKey ?? {};
  const { region } = sandbox.cloud.account;
  return callerOf(sandbox, new AwsClient({ accessKeyId, secretAccessKey, region, service: 'execute-api' }));
}

/** Without a signature `client` is left out. */
export function callerOf({ cloud, outputs }: Sandbox, client?: AwsClient): Caller {
  const api = apiUrl(cloud.account, outputs.ApiId);
  const call = async (path: string, init: RequestInit): Promise<Answer> => {
    const response = await (client ? client.fetch(api + path, init) : fetch(api + path, init));
    return { status: response.status, body: await response.text() };
  };
  return {
    validate: (body) => call('/validations', { method: 'POST', body: JSON.stringify(body) }),
    get: (path) => call(path, {}),
  };
}

async function policyArn({ clients }: Sandbox, policy: string): Promise<string> {
  const { StackResources = [] } = await clients.cloudFormation.send(
    new DescribeStackResourcesCommand({ StackName: 'Keyturn' }),
  );
  const found = StackResources.find(({ LogicalResourceId }) =>
    LogicalResourceId?.startsWith(`Access${policy}`),
  );
  if (!found?.PhysicalResourceId) throw new Error(`the stack has no policy ${policy}`);
  return found.PhysicalResourceId;
}
