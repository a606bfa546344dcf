import {
  type GetUserPolicyCommandOutput,
  type ListAttachedUserPoliciesCommandOutput,
  type ListGroupsForUserCommandOutput,
  type ListUserPoliciesCommandOutput,
  NoSuchEntityException,
  type SimulatePrincipalPolicyCommandOutput,
} from '@aws-sdk/client-iam';

const $metadata = {};
const POLICY = {
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Action: 'ses:SendRawEmail',
      Resource: '*',
      Condition: { StringEquals: { 'ses:FromAddress': 'orders@shop.example.com' } },
    },
  ],
};

/** What IAM says of a sending user as this project deploys it: one policy, no group, no console. */
export const SENDING_USER: Readonly<Record<string, () => object>> = {
  ListGroupsForUser: (): ListGroupsForUserCommandOutput => ({ $metadata, Groups: [] }),
  ListUserPolicies: (): ListUserPoliciesCommandOutput => ({ $metadata, PolicyNames: ['SendAsIdentity'] }),
  GetUserPolicy: (): GetUserPolicyCommandOutput => ({
    $metadata,
    UserName: 'keyturn-orders',
    PolicyName: 'SendAsIdentity',
    PolicyDocument: encodeURIComponent(JSON.stringify(POLICY)),
  }),
  ListAttachedUserPolicies: (): ListAttachedUserPoliciesCommandOutput => ({
    $metadata,
    AttachedPolicies: [],
  }),
  GetLoginProfile: () => {
    throw new NoSuchEntityException({ message: 'no password', $metadata: { httpStatusCode: 404 } });
  },
  SimulatePrincipalPolicy: (): SimulatePrincipalPolicyCommandOutput => ({
    $metadata,
    EvaluationResults: [{ EvalActionName: 'ses:SendRawEmail', EvalDecision: 'allowed' }],
  }),
};
