import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import { CfnUser, PolicyDocument, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { MANAGED_TAG, SECRET_TAG, USER_PATH } from '../../functions/observe/names.ts';

export interface SendingUserProps {
  /** The verified SES identity: a domain or an address. */
  readonly identity: string;
  /** The one address it may send as. */
  readonly from: string;
  /** Where it may send from. */
  readonly regions: readonly string[];
  readonly secretName: string;
}

/**
 * The IAM user whose access keys become SMTP passwords. It may send as its identity and do nothing else. Level 1,
 * so that the policy is part of the user, and both stay when the stack goes: its keys are still in use.
 */
export function sendingUser(scope: Construct, id: string, props: SendingUserProps): CfnUser {
  const user = new CfnUser(scope, id, {
    path: USER_PATH,
    policies: [
      {
        policyName: 'SendAsIdentity',
        policyDocument: new PolicyDocument({ statements: [send(scope, props)] }),
      },
    ],
    tags: [
      { key: MANAGED_TAG.key, value: MANAGED_TAG.value },
      { key: SECRET_TAG, value: props.secretName },
    ],
  });
  user.applyRemovalPolicy(RemovalPolicy.RETAIN);
  return user;
}

/**
 * SES asks for SendRawEmail only, over SMTP: https://docs.aws.amazon.com/ses/latest/dg/control-user-access.html. It asks for
 * the configuration set, too, where the identity has one; which one is the business of the identity.
 */
function send(scope: Construct, { identity, from, regions }: SendingUserProps): PolicyStatement {
  const arn = (region: string, resource: string, resourceName: string) =>
    Stack.of(scope).formatArn({ service: 'ses', region, resource, resourceName });
  return new PolicyStatement({
    actions: ['ses:SendRawEmail'],
    resources: [
      ...regions.map((region) => arn(region, 'identity', identity)),
      arn('*', 'configuration-set', '*'),
    ],
    conditions: { StringEquals: { 'ses:FromAddress': from } },
  });
}
