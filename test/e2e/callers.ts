import { DescribeStackResourcesCommand } from '@aws-sdk/client-cloudformation';
import { AttachUserPolicyCommand, CreateAccessKeyCommand, CreateUserCommand } from '@aws-sdk/client-iam';
import { signed } from '../../cli/api.ts';
import { apiUrl } from '../../sandbox/job/validations.ts';
import type { Sandbox } from '../../sandbox/sandbox.ts';
import { giveMfaDevice, type Keys, openSession } from '../sandbox/mfa.ts';

export interface Answer {
  readonly status: number;
  readonly body: string;
}

/** Someone who calls the API, with an access key of their own. */
export interface Caller {
  validate(body: object): Promise<Answer>;
  operate(body: object): Promise<Answer>;
  get(path: string): Promise<Answer>;
}

export type Policy = 'Viewer' | 'Validator' | 'Operator' | 'none';

/** An IAM user with one of the stack's three policies, or with none. */
export async function createUser(sandbox: Sandbox, policy: Policy): Promise<Keys> {
  const { iam } = sandbox.clients;
  const UserName = nameOf(policy);
  await iam.send(new CreateUserCommand({ UserName }));
  if (policy !== 'none') {
    const PolicyArn = await policyArn(sandbox, policy);
    await iam.send(new AttachUserPolicyCommand({ UserName, PolicyArn }));
  }
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }));
  return { accessKeyId: AccessKey?.AccessKeyId ?? '', secretAccessKey: AccessKey?.SecretAccessKey ?? '' };
}

/** Gives the user of that policy an MFA device, and opens a session with a code of it. */
export async function mfaSession({ cloud, clients }: Sandbox, policy: Policy, keys: Keys): Promise<Keys> {
  const SerialNumber = await giveMfaDevice(clients.iam, nameOf(policy));
  return openSession(cloud.account, keys, { SerialNumber, TokenCode: '123456' });
}

function nameOf(policy: Policy): string {
  return `caller-with-${policy}`;
}

/** Without a signature `keys` are left out. */
export function callerOf({ cloud, outputs }: Sandbox, keys?: Keys): Caller {
  const { region } = cloud.account;
  const api = apiUrl(cloud.account, outputs.ApiId);
  const caller = keys && { service: 'execute-api', region, credentials: keys };
  const call = async (path: string, init: { method: string; body?: string }): Promise<Answer> => {
    const url = new URL(api + path);
    const request = caller ? await signed(url, init, caller) : init;
    // A link in an answer is not followed with the signature of the request.
    const response = await fetch(url, { ...request, redirect: 'manual' });
    return { status: response.status, body: await response.text() };
  };
  return {
    validate: (body) => call('/validations', { method: 'POST', body: JSON.stringify(body) }),
    operate: (body) => call('/operations', { method: 'POST', body: JSON.stringify(body) }),
    get: (path) => call(path, { method: 'GET' }),
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
