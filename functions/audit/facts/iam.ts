import { setTimeout as sleep } from 'node:timers/promises';
import {
  type AttachedPolicy,
  type EntityType,
  GenerateCredentialReportCommand,
  type GetAccountAuthorizationDetailsCommandOutput,
  GetCredentialReportCommand,
  GetLoginProfileCommand,
  GetPolicyCommand,
  GetPolicyVersionCommand,
  GetUserPolicyCommand,
  type IAMClient,
  ListAttachedUserPoliciesCommand,
  ListGroupsForUserCommand,
  ListUserPoliciesCommand,
  NoSuchEntityException,
  type PolicyDetail,
  paginateGetAccountAuthorizationDetails,
  SimulatePrincipalPolicyCommand,
} from '@aws-sdk/client-iam';
import type { HandsFacts, PeopleFacts, Principal } from '../subjects/account.ts';
import {
  ACTIONS,
  type Decision,
  documentOf,
  isAbout,
  isAdministrators,
  type PolicyStatement,
  type SmtpUser,
} from '../subjects/iam.ts';

const ALLOWED = 'allowed';

const FILTER: EntityType[] = ['User', 'Role', 'Group', 'LocalManagedPolicy', 'AWSManagedPolicy'];
/** Roles that AWS services hold by themselves. */
const SERVICE_LINKED = '/aws-service-role/';

const ROOT = '<root_account>';
const LOOKS = 15;

/** What the IAM user behind an SMTP user may do. Rejects with the client's error. One page holds all: the quotas are 10. */
export async function smtpUser(iam: IAMClient, UserName: string): Promise<SmtpUser> {
  const { Groups } = await iam.send(new ListGroupsForUserCommand({ UserName }));
  return {
    statements: [...(await inlineStatements(iam, UserName)), ...(await attachedStatements(iam, UserName))],
    groups: Groups?.length ?? 0,
    console: await hasConsole(iam, UserName),
  };
}

async function inlineStatements(iam: IAMClient, UserName: string): Promise<PolicyStatement[]> {
  const { PolicyNames } = await iam.send(new ListUserPoliciesCommand({ UserName }));
  const statements: PolicyStatement[] = [];
  for (const PolicyName of PolicyNames ?? []) {
    const { PolicyDocument } = await iam.send(new GetUserPolicyCommand({ UserName, PolicyName }));
    statements.push(...statementsIn(PolicyDocument));
  }
  return statements;
}

async function attachedStatements(iam: IAMClient, UserName: string): Promise<PolicyStatement[]> {
  const { AttachedPolicies } = await iam.send(new ListAttachedUserPoliciesCommand({ UserName }));
  const statements: PolicyStatement[] = [];
  for (const { PolicyArn } of AttachedPolicies ?? []) {
    const { Policy } = await iam.send(new GetPolicyCommand({ PolicyArn }));
    const VersionId = Policy?.DefaultVersionId;
    const { PolicyVersion } = await iam.send(new GetPolicyVersionCommand({ PolicyArn, VersionId }));
    statements.push(...statementsIn(PolicyVersion?.Document));
  }
  return statements;
}

/** IAM gives documents URL-encoded (RFC 3986). */
function statementsIn(document: string | undefined): readonly PolicyStatement[] {
  return document ? documentOf(decodeURIComponent(document)).Statement : [];
}

async function hasConsole(iam: IAMClient, UserName: string): Promise<boolean> {
  try {
    await iam.send(new GetLoginProfileCommand({ UserName }));
    return true;
  } catch (error) {
    if (error instanceof NoSuchEntityException) return false;
    throw error;
  }
}

export interface Sending {
  readonly userArn: string;
  /** The identity, and the configuration set that it gives its messages: Amazon SES asks IAM for both. */
  readonly resourceArns: readonly string[];
  /** The sender address. */
  readonly from: string;
}

/** Whether IAM lets the user send as the sender, all its policies, groups and boundaries taken together; the first refusal. */
export async function simulateSending(
  iam: IAMClient,
  { userArn, resourceArns, from }: Sending,
): Promise<Decision> {
  const { EvaluationResults = [] } = await iam.send(
    new SimulatePrincipalPolicyCommand({
      PolicySourceArn: userArn,
      ActionNames: ['ses:SendRawEmail'],
      ResourceArns: [...resourceArns],
      ContextEntries: [
        { ContextKeyName: 'ses:FromAddress', ContextKeyType: 'string', ContextKeyValues: [from] },
      ],
    }),
  );
  const decisions = EvaluationResults.flatMap(({ EvalDecision, ResourceSpecificResults = [] }) => [
    ...ResourceSpecificResults.map(({ EvalResourceDecision }) => EvalResourceDecision),
    EvalDecision,
  ]);
  return decisions.find((decision) => decision !== ALLOWED) ?? decisions[0] ?? 'implicitDeny';
}

type Details = GetAccountAuthorizationDetailsCommandOutput;

/** An identity, and where its statements stand. */
interface Identity {
  readonly name: string;
  readonly inline: readonly PolicyDetail[];
  readonly attached: readonly AttachedPolicy[];
}

/**
 * Who may write secrets, tag them, invoke Keyturn's functions or write its table, by the policies of IAM. Names that begin
 * with `stack` are Keyturn's own: its roles, and the policies that it made to be attached to operators.
 * Rejects with the client's error.
 */
export async function hands(client: IAMClient, stack: string, table: string): Promise<HandsFacts> {
  const pages: Details[] = [];
  const asked = { Filter: FILTER, MaxItems: 1000 };
  for await (const page of paginateGetAccountAuthorizationDetails({ client }, asked)) pages.push(page);
  const isOwn = (name = '') => name.startsWith(`${stack}-`);
  const managed = managedPolicies(pages, isOwn);
  const everybody = identities(pages)
    .filter(({ name }) => !isOwn(name.slice(name.indexOf('/') + 1)))
    .map((identity): Principal => ({ name: identity.name, statements: statementsOf(identity, managed) }));
  const administrators = everybody.filter(({ statements }) => statements.some(isAdministrators));
  const principals = everybody.filter(
    (one) => !administrators.includes(one) && one.statements.some(({ Effect }) => Effect === 'Allow'),
  );
  return { table, administrators: administrators.length, principals };
}

/** By ARN, the statements that matter here. */
function managedPolicies(pages: readonly Details[], isOwn: (name?: string) => boolean) {
  const policies = pages.flatMap(({ Policies = [] }) => Policies).filter((one) => !isOwn(one.PolicyName));
  return new Map(
    policies.map(({ Arn = '', PolicyVersionList = [], DefaultVersionId }) => {
      const current = PolicyVersionList.find(({ VersionId }) => VersionId === DefaultVersionId);
      return [Arn, relevant(current?.Document)];
    }),
  );
}

function identities(pages: readonly Details[]): Identity[] {
  const groups = new Map(
    pages.flatMap(({ GroupDetailList = [] }) => GroupDetailList).map((group) => [group.GroupName, group]),
  );
  const users = pages
    .flatMap(({ UserDetailList = [] }) => UserDetailList)
    .map((user) => {
      const memberOf = (user.GroupList ?? []).flatMap((name) => groups.get(name) ?? []);
      return {
        name: `user/${user.UserName}`,
        inline: [...(user.UserPolicyList ?? []), ...memberOf.flatMap((group) => group.GroupPolicyList ?? [])],
        attached: [user, ...memberOf].flatMap((one) => one.AttachedManagedPolicies ?? []),
      };
    });
  const roles = pages
    .flatMap(({ RoleDetailList = [] }) => RoleDetailList)
    .filter(({ Path }) => !Path?.startsWith(SERVICE_LINKED))
    .map((role) => ({
      name: `role/${role.RoleName}`,
      inline: role.RolePolicyList ?? [],
      attached: role.AttachedManagedPolicies ?? [],
    }));
  return [...users, ...roles];
}

function statementsOf(
  { inline, attached }: Identity,
  managed: ReadonlyMap<string, readonly PolicyStatement[]>,
): PolicyStatement[] {
  return [
    ...inline.flatMap(({ PolicyDocument }) => relevant(PolicyDocument)),
    ...attached.flatMap(({ PolicyArn = '' }) => managed.get(PolicyArn) ?? []),
  ];
}

/** Those that matter here. */
function relevant(document: string | undefined): PolicyStatement[] {
  return statementsIn(document).filter((one) => ACTIONS.some((action) => isAbout(one, action)));
}

/** IAM's credential report, which it makes at most every four hours. Rejects with the client's error. */
export async function people(iam: IAMClient, pauseMs = 2000): Promise<PeopleFacts> {
  for (let looks = 1; looks < LOOKS; looks += 1) {
    const { State } = await iam.send(new GenerateCredentialReportCommand({}));
    if (State === 'COMPLETE') break;
    await sleep(pauseMs);
  }
  const { Content } = await iam.send(new GetCredentialReportCommand({}));
  return countPeople(Buffer.from(Content ?? []).toString());
}

/** Columns are counted from the end: a user's name and ARN, which may hold commas, are the first two. */
function countPeople(csv: string): PeopleFacts {
  const [header = '', ...lines] = csv.trim().split('\n');
  const columns = header.split(',');
  const field = (row: readonly string[], name: string) => row.at(columns.indexOf(name) - columns.length);
  const rows = lines.map((line) => line.split(','));
  const users = rows.filter((row) => row[0] !== ROOT && field(row, 'password_enabled') === 'true');
  const root = rows.find((row) => row[0] === ROOT);
  return {
    withPassword: users.length,
    withoutMfa: users.filter((row) => field(row, 'mfa_active') !== 'true').length,
    rootMfa: root !== undefined && field(root, 'mfa_active') === 'true',
  };
}
