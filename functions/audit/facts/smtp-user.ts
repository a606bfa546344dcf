import {
  GetLoginProfileCommand,
  GetPolicyCommand,
  GetPolicyVersionCommand,
  GetUserPolicyCommand,
  type IAMClient,
  ListAttachedUserPoliciesCommand,
  ListGroupsForUserCommand,
  ListUserPoliciesCommand,
  NoSuchEntityException,
  SimulatePrincipalPolicyCommand,
} from '@aws-sdk/client-iam';
import { documentOf } from '../policy-document.ts';
import type { Decision, PolicyStatement, SmtpUser } from './aws.ts';

const ALLOWED = 'allowed';

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
