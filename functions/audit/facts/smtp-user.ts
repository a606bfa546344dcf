import type {
  GetPolicyCommandOutput,
  GetPolicyVersionCommandOutput,
  GetUserPolicyCommandOutput,
  ListAttachedUserPoliciesCommandOutput,
  ListGroupsForUserCommandOutput,
  ListUserPoliciesCommandOutput,
  SimulatePrincipalPolicyCommandOutput,
} from '@aws-sdk/client-iam';
import type { QueryApi } from '../../aws/query-api.ts';
import { documentOf } from '../policy-document.ts';
import type { Decision, PolicyStatement, SmtpUser } from './aws.ts';

const ALLOWED = 'allowed';

type IamApi = Pick<QueryApi, 'call'>;

/** What the IAM user behind an SMTP user may do. Rejects with the client's error. One page holds all: the quotas are 10. */
export async function smtpUser(iam: IamApi, UserName: string): Promise<SmtpUser> {
  const { Groups } = (await iam.call('ListGroupsForUser', { UserName })) as ListGroupsForUserCommandOutput;
  return {
    statements: [...(await inlineStatements(iam, UserName)), ...(await attachedStatements(iam, UserName))],
    groups: Groups?.length ?? 0,
    console: await hasConsole(iam, UserName),
  };
}

async function inlineStatements(iam: IamApi, UserName: string): Promise<PolicyStatement[]> {
  const { PolicyNames } = (await iam.call('ListUserPolicies', { UserName })) as ListUserPoliciesCommandOutput;
  const statements: PolicyStatement[] = [];
  for (const PolicyName of PolicyNames ?? []) {
    const { PolicyDocument } = (await iam.call('GetUserPolicy', {
      UserName,
      PolicyName,
    })) as GetUserPolicyCommandOutput;
    statements.push(...statementsIn(PolicyDocument));
  }
  return statements;
}

async function attachedStatements(iam: IamApi, UserName: string): Promise<PolicyStatement[]> {
  const { AttachedPolicies } = (await iam.call('ListAttachedUserPolicies', {
    UserName,
  })) as ListAttachedUserPoliciesCommandOutput;
  const statements: PolicyStatement[] = [];
  for (const { PolicyArn } of AttachedPolicies ?? []) {
    const { Policy } = (await iam.call('GetPolicy', { PolicyArn })) as GetPolicyCommandOutput;
    const VersionId = Policy?.DefaultVersionId;
    const { PolicyVersion } = (await iam.call('GetPolicyVersion', {
      PolicyArn,
      VersionId,
    })) as GetPolicyVersionCommandOutput;
    statements.push(...statementsIn(PolicyVersion?.Document));
  }
  return statements;
}

/** IAM gives documents URL-encoded (RFC 3986). */
function statementsIn(document: string | undefined): readonly PolicyStatement[] {
  return document ? documentOf(decodeURIComponent(document)).Statement : [];
}

async function hasConsole(iam: IamApi, UserName: string): Promise<boolean> {
  try {
    await iam.call('GetLoginProfile', { UserName });
    return true;
  } catch (error) {
    if (error instanceof Error && error.name.startsWith('NoSuchEntity')) return false;
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
  iam: IamApi,
  { userArn, resourceArns, from }: Sending,
): Promise<Decision> {
  const { EvaluationResults = [] } = (await iam.call('SimulatePrincipalPolicy', {
    PolicySourceArn: userArn,
    ActionNames: ['ses:SendRawEmail'],
    ResourceArns: resourceArns,
    ContextEntries: [
      { ContextKeyName: 'ses:FromAddress', ContextKeyType: 'string', ContextKeyValues: [from] },
    ],
  })) as SimulatePrincipalPolicyCommandOutput;
  const decisions = EvaluationResults.flatMap(({ EvalDecision, ResourceSpecificResults = [] }) => [
    ...ResourceSpecificResults.map(({ EvalResourceDecision }) => EvalResourceDecision),
    EvalDecision,
  ]);
  return decisions.find((decision) => decision !== ALLOWED) ?? decisions[0] ?? 'implicitDeny';
}
