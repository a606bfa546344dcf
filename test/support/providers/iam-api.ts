import {
  CreateAccessKeyCommand,
  DeleteAccessKeyCommand,
  GetAccessKeyLastUsedCommand,
  type IAMClient,
  ListAccessKeysCommand,
  ListUserTagsCommand,
  UpdateAccessKeyCommand,
} from '@aws-sdk/client-iam';
import type { InProcessIam } from '../aws/iam.ts';
import type { ApiAnswer, ApiRequest } from './faulty-http.ts';

/** The actions that Keyturn calls. */
const ACTIONS: Readonly<Record<string, (iam: IAMClient, input: Input) => Promise<object>>> = {
  CreateAccessKey: (iam, input) => iam.send(new CreateAccessKeyCommand(input)),
  DeleteAccessKey: (iam, input) => iam.send(new DeleteAccessKeyCommand(input)),
  GetAccessKeyLastUsed: (iam, input) => iam.send(new GetAccessKeyLastUsedCommand(input)),
  ListAccessKeys: (iam, input) => iam.send(new ListAccessKeysCommand(input)),
  ListUserTags: (iam, input) => iam.send(new ListUserTagsCommand(input)),
  UpdateAccessKey: (iam, input) => iam.send(new UpdateAccessKeyCommand(input)),
};

interface Input {
  readonly UserName: string;
  readonly AccessKeyId: string;
  readonly Status: 'Active' | 'Inactive';
}

/** The in-process IAM behind IAM's Query API: parameters of a form in, XML out (IAM API reference, "Making query requests"). */
export function iamApi(iam: InProcessIam): (request: ApiRequest) => Promise<ApiAnswer> {
  return async ({ body }) => {
    const { Action = '', ...input } = Object.fromEntries(new URLSearchParams(body));
    const act = ACTIONS[Action];
    if (!act) return iamRefusal(400, 'InvalidAction');
    try {
      return { status: 200, body: answerOf(Action, await act(iam.client, input as unknown as Input)) };
    } catch (error) {
      const { name, $metadata } = error as { name: string; $metadata?: { httpStatusCode?: number } };
      return iamRefusal($metadata?.httpStatusCode ?? 500, name.replace(/Exception$/, ''));
    }
  };
}

function answerOf(action: string, answer: object): string {
  const output = Object.fromEntries(Object.entries(answer).filter(([name]) => name !== '$metadata'));
  const result = `<${action}Result>${xml(output)}</${action}Result>`;
  return `<${action}Response xmlns="https://iam.amazonaws.com/doc/2010-05-08/">${result}</${action}Response>`;
}

function xml(value: unknown): string {
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map((one) => `<member>${xml(one)}</member>`).join('');
  if (typeof value !== 'object' || value === null)
    return String(value).replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  return Object.entries(value)
    .map(([name, inner]) => `<${name}>${xml(inner)}</${name}>`)
    .join('');
}

export function iamRefusal(status: number, code: string): ApiAnswer {
  const error = `<Error><Type>Sender</Type><Code>${code}</Code><Message>${code}</Message></Error>`;
  return { status, body: `<ErrorResponse>${error}<RequestId>1</RequestId></ErrorResponse>` };
}
