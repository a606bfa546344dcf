import { createHash } from 'node:crypto';
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
  /** As `sendingUserName` makes it: the secret names the user before either exists. */
  readonly userName: string;
  /** The one secret that it belongs to. */
  readonly secretArn: string;
}

/** IAM's limit. */
const LONGEST_NAME = 64;
const HASH_LENGTH = 8;
/** A region is a token while a template is made for any: the longest names so far have 14 characters. */
const LONGEST_REGION = 16;

/**
 * A name that no other user of the account has: IAM knows no regions, so it ends in that of the stack, and a hash tells apart
 * what had to be cut. The same stack and secret give the same name again, so that no update replaces the user.
 */
export function sendingUserName(scope: Construct, secretName: string): string {
  const { stackName, region } = Stack.of(scope);
  const name = `${stackName}-${secretName.replaceAll(/[^\w+=,.@-]/g, '-')}`;
  const hash = createHash('sha256').update(`${stackName}\0${secretName}`).digest('hex').slice(0, HASH_LENGTH);
  const room = LONGEST_NAME - HASH_LENGTH - LONGEST_REGION - 2;
  return `${name.slice(0, room)}-${hash}-${region}`;
}

/**
 * The IAM user whose access keys become SMTP passwords. It may send as its identity and do nothing else. Level 1,
 * so that the policy is part of the user, and both stay when the stack goes: its keys are still in use.
 */
export function sendingUser(scope: Construct, id: string, props: SendingUserProps): CfnUser {
  const user = new CfnUser(scope, id, {
    userName: props.userName,
    path: USER_PATH,
    policies: [
      {
        policyName: 'SendAsIdentity',
        policyDocument: new PolicyDocument({ statements: [send(scope, props)] }),
      },
    ],
    tags: [
      { key: MANAGED_TAG.key, value: MANAGED_TAG.value },
      { key: SECRET_TAG, value: props.secretArn },
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
