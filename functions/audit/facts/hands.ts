import {
  type AttachedPolicy,
  type EntityType,
  type GetAccountAuthorizationDetailsCommandOutput,
  type IAMClient,
  type PolicyDetail,
  paginateGetAccountAuthorizationDetails,
} from '@aws-sdk/client-iam';
import { documentOf, isAbout, isAdministrators } from '../policy-document.ts';
import { ACTIONS } from '../powers.ts';
import type { HandsFacts, Principal } from './account.ts';
import type { PolicyStatement } from './aws.ts';

const FILTER: EntityType[] = ['User', 'Role', 'Group', 'LocalManagedPolicy', 'AWSManagedPolicy'];
/** Roles that AWS services hold by themselves. */
const SERVICE_LINKED = '/aws-service-role/';

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

/** IAM gives documents URL-encoded (RFC 3986). */
function relevant(document: string | undefined): PolicyStatement[] {
  const statements = document ? documentOf(decodeURIComponent(document)).Statement : [];
  return statements.filter((one) => ACTIONS.some((action) => isAbout(one, action)));
}
