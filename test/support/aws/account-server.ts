import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type * as CloudFormation from '@aws-sdk/client-cloudformation';
import type * as CloudTrail from '@aws-sdk/client-cloudtrail';
import type * as CloudWatch from '@aws-sdk/client-cloudwatch';
import type * as Logs from '@aws-sdk/client-cloudwatch-logs';
import type * as DynamoDb from '@aws-sdk/client-dynamodb';
import type * as Ecs from '@aws-sdk/client-ecs';
import type * as Iam from '@aws-sdk/client-iam';
import type * as Kms from '@aws-sdk/client-kms';
import type * as Lambda from '@aws-sdk/client-lambda';
import type * as MailManager from '@aws-sdk/client-mailmanager';
import type * as SesV2 from '@aws-sdk/client-sesv2';
import type * as Ssm from '@aws-sdk/client-ssm';
import { vi } from 'vitest';
import { stubAwsEnvironment } from './environment.ts';

/** What each operation answers, in the SDK's own types. */
interface Outputs {
  DescribeStacks: CloudFormation.DescribeStacksCommandOutput;
  DescribeTrails: CloudTrail.DescribeTrailsCommandOutput;
  GetTrailStatus: CloudTrail.GetTrailStatusCommandOutput;
  LookupEvents: CloudTrail.LookupEventsCommandOutput;
  DescribeAlarms: CloudWatch.DescribeAlarmsCommandOutput;
  DescribeAlarmsForMetric: CloudWatch.DescribeAlarmsForMetricCommandOutput;
  GetMetricData: CloudWatch.GetMetricDataCommandOutput;
  DescribeLogGroups: Logs.DescribeLogGroupsCommandOutput;
  FilterLogEvents: Logs.FilterLogEventsCommandOutput;
  DescribeContinuousBackups: DynamoDb.DescribeContinuousBackupsCommandOutput;
  DescribeTimeToLive: DynamoDb.DescribeTimeToLiveCommandOutput;
  DescribeTaskDefinition: Ecs.DescribeTaskDefinitionCommandOutput;
  ListTaskDefinitionFamilies: Ecs.ListTaskDefinitionFamiliesCommandOutput;
  GenerateCredentialReport: Iam.GenerateCredentialReportCommandOutput;
  GetAccountAuthorizationDetails: Iam.GetAccountAuthorizationDetailsCommandOutput;
  GetCredentialReport: Omit<Iam.GetCredentialReportCommandOutput, 'Content'> & { Content: string };
  GetLoginProfile: Iam.GetLoginProfileCommandOutput;
  GetPolicy: Iam.GetPolicyCommandOutput;
  GetPolicyVersion: Iam.GetPolicyVersionCommandOutput;
  GetUserPolicy: Iam.GetUserPolicyCommandOutput;
  ListAttachedUserPolicies: Iam.ListAttachedUserPoliciesCommandOutput;
  ListGroupsForUser: Iam.ListGroupsForUserCommandOutput;
  ListUserPolicies: Iam.ListUserPoliciesCommandOutput;
  SimulatePrincipalPolicy: Iam.SimulatePrincipalPolicyCommandOutput;
  DescribeKey: Kms.DescribeKeyCommandOutput;
  GetKeyRotationStatus: Kms.GetKeyRotationStatusCommandOutput;
  ListFunctions: Lambda.ListFunctionsCommandOutput;
  GetArchive: MailManager.GetArchiveCommandOutput;
  GetIngressPoint: MailManager.GetIngressPointCommandOutput;
  GetTrafficPolicy: MailManager.GetTrafficPolicyCommandOutput;
  ListAddonInstances: MailManager.ListAddonInstancesCommandOutput;
  ListArchives: MailManager.ListArchivesCommandOutput;
  ListIngressPoints: MailManager.ListIngressPointsCommandOutput;
  GetAccount: SesV2.GetAccountCommandOutput;
  GetConfigurationSet: SesV2.GetConfigurationSetCommandOutput;
  GetConfigurationSetEventDestinations: SesV2.GetConfigurationSetEventDestinationsCommandOutput;
  GetDedicatedIpPool: SesV2.GetDedicatedIpPoolCommandOutput;
  GetDedicatedIps: SesV2.GetDedicatedIpsCommandOutput;
  GetEmailIdentity: SesV2.GetEmailIdentityCommandOutput;
  ListConfigurationSets: SesV2.ListConfigurationSetsCommandOutput;
  ListDedicatedIpPools: SesV2.ListDedicatedIpPoolsCommandOutput;
  DescribeParameters: Ssm.DescribeParametersCommandOutput;
}

export type Operation = keyof Outputs;
/** `name` is the part of the path that names one thing; `token` is where to go on. */
type Input = Readonly<Record<string, string | undefined>>;
type Answers = { [K in Operation]?: (input: Input) => Omit<Outputs[K], '$metadata'> };

const ROUTES: readonly (readonly [RegExp, Operation])[] = [
  [/^\/2015-03-31\/functions\/?$/, 'ListFunctions'],
  [/^\/v2\/email\/account$/, 'GetAccount'],
  [/^\/v2\/email\/list-configuration-sets$/, 'ListConfigurationSets'],
  [/^\/v2\/email\/configuration-sets\/([^/]+)$/, 'GetConfigurationSet'],
  [/^\/v2\/email\/configuration-sets\/([^/]+)\/event-destinations$/, 'GetConfigurationSetEventDestinations'],
  [/^\/v2\/email\/dedicated-ips$/, 'GetDedicatedIps'],
  [/^\/v2\/email\/dedicated-ip-pools$/, 'ListDedicatedIpPools'],
  [/^\/v2\/email\/dedicated-ip-pools\/([^/]+)$/, 'GetDedicatedIpPool'],
  [/^\/v2\/email\/identities\/([^/]+)$/, 'GetEmailIdentity'],
];

interface Call {
  readonly operation: Operation;
  readonly input: Input;
}

/** An AWS account on 127.0.0.1 that speaks the wire protocols of the services which the audit asks; the environment leads there. */
export class AccountServer {
  readonly calls: Call[] = [];
  /** An operation to the code of the error that it is refused with. */
  readonly refused = new Map<Operation, string>();
  readonly answers: Answers;
  readonly #server: Server;

  private constructor(server: Server, answers: Answers) {
    this.#server = server;
    this.answers = answers;
  }

  static async start(answers: Answers = {}): Promise<AccountServer> {
    const server = createServer(async (request, response) => {
      const { status, body } = await account.#answer(request);
      response.writeHead(status).end(body);
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    stubAwsEnvironment(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    const account = new AccountServer(server, answers);
    return account;
  }

  async close(): Promise<void> {
    vi.unstubAllEnvs();
    this.#server.closeAllConnections();
    await once(this.#server.close(), 'close');
  }

  inputsOf(operation: Operation): Input[] {
    return this.calls.filter((call) => call.operation === operation).map(({ input }) => input);
  }

  async #answer(request: IncomingMessage): Promise<{ status: number; body: string }> {
    if (!request.headers.authorization?.startsWith('AWS4-HMAC-SHA256 ')) return { status: 403, body: '' };
    const call = callOf(request, await text(request));
    this.calls.push(call);
    const { operation, input } = call;
    const inXml = input.Action !== undefined;
    const code = this.refused.get(operation);
    if (code) return { status: 400, body: inXml ? errorInXml(code) : JSON.stringify({ __type: code }) };
    const answer = this.answers[operation];
    if (!answer) throw new Error(`this account has no answer to ${operation}`);
    const output = answer(input);
    return { status: 200, body: inXml ? inXmlOf(operation, output) : JSON.stringify(output, inSeconds) };
  }
}

function callOf({ url = '', headers }: IncomingMessage, body: string): Call {
  const { pathname, searchParams } = new URL(url, 'http://localhost');
  const target = headers['x-amz-target'];
  if (typeof target === 'string')
    return { operation: target.split('.').at(-1) as Operation, input: JSON.parse(body) };
  for (const [pattern, operation] of ROUTES) {
    const [found, name] = pattern.exec(pathname) ?? [];
    if (!found) continue;
    const posted = body ? JSON.parse(body) : {};
    const named = name === undefined ? {} : { name: decodeURIComponent(name) };
    return { operation, input: { ...Object.fromEntries(searchParams), ...posted, ...named } };
  }
  const input = Object.fromEntries(new URLSearchParams(body));
  return { operation: input.Action as Operation, input };
}

/** AWS JSON has times in seconds since 1970. */
function inSeconds(this: unknown, key: string, value: unknown): unknown {
  const original: unknown = Reflect.get(Object(this), key);
  return original instanceof Date ? original.getTime() / 1000 : value;
}

function inXmlOf(operation: string, output: object): string {
  return `<${operation}Response xmlns="https://iam.amazonaws.com/doc/2010-05-08/">
  <${operation}Result>${xmlOf(output)}</${operation}Result>
  <ResponseMetadata><RequestId>1</RequestId></ResponseMetadata>
</${operation}Response>`;
}

function xmlOf(value: unknown): string {
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map((item) => `\n<member>${xmlOf(item)}</member>`).join('');
  if (typeof value !== 'object' || value === null)
    return String(value).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&#34;');
  return Object.entries(value)
    .map(([name, item]) => `\n<${name}>${xmlOf(item)}</${name}>`)
    .join('');
}

function errorInXml(code: string): string {
  return `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>no</Message></Error></ErrorResponse>`;
}
