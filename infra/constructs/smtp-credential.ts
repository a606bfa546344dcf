import { createHash } from 'node:crypto';
import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import { CfnUser, PolicyDocument, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { CfnSecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { usualSecurity } from '../../functions/net/endpoint.ts';
import {
  ENDPOINT_TAG,
  MANAGED_TAG,
  OWNER_TAG,
  SECRET_TAG,
  USER_PATH,
} from '../../functions/observe/names.ts';
import { sesHost } from '../../functions/providers/ses.ts';
import { endpointTag } from '../../functions/secrets/endpoint.ts';
import type { Rotation } from './rotation.ts';

interface CommonProps {
  readonly rotation: Rotation;
  readonly secretName: string;
}

/** An Amazon SES credential that this stack creates. */
export interface SesCredentialProps extends CommonProps {
  readonly type: 'ses';
  readonly encryptionKey: IKey;
  /** The verified SES identity: a domain or an address. */
  readonly identity: string;
  /** The one address the credential may send as. */
  readonly from: string;
  readonly rotationDays: number;
  /** @default - the region of the stack */
  readonly region?: string | undefined;
  /** Further regions that it sends from. @default - none */
  readonly regions?: readonly string[] | undefined;
  /** Who answers for it; becomes the tag `keyturn:owner`. @default - no tag */
  readonly owner?: string | undefined;
  /** @default - the SES endpoint of the region, TLS from the first byte on port 465 */
  readonly endpoint?: SmtpEndpointProps | undefined;
}

/** A secret that exists already and carries the tag `keyturn:managed=true`; it is adopted, not changed. */
export interface ExistingCredentialProps extends CommonProps {
  readonly type: 'existing';
  /** @default - Keyturn does not rotate it */
  readonly rotationDays?: number | undefined;
}

interface SmtpEndpointProps {
  readonly host: string;
  readonly port: number;
  /** @default - TLS from the first byte on 465 and 2465, else STARTTLS */
  readonly security?: 'tls' | 'starttls' | undefined;
  /** PEM certificates trusted instead of the public ones. @default - the public ones */
  readonly ca?: string | undefined;
}

export type SmtpCredentialProps = SesCredentialProps | ExistingCredentialProps;

/**
 * One SMTP credential under Keyturn's care.
 *
 * A SES secret starts with a seed, which says where and by whom but holds no password: the first rotation, right after
 * the deployment, mints the key. To change `from`, `endpoint`, `region` or `regions` later, declare a credential with a new name.
 */
export class SmtpCredential extends Construct {
  constructor(scope: Construct, id: string, props: SmtpCredentialProps) {
    super(scope, id);
    if (props.type === 'ses') this.create(props);
    else this.adopt(props);
  }

  /** The user carries the secret's ARN, so it comes second; the first rotation needs both. */
  private create(props: SesCredentialProps): void {
    const { rotation, rotationDays: days } = props;
    const region = props.region ?? Stack.of(this).region;
    const userName = sendingUserName(this, props.secretName);
    const secret = this.createSecret(props, userName, region);
    const regions = [region, ...(props.regions ?? [])];
    const user = sendingUser(this, 'User', { ...props, regions, userName, secretArn: secret.attrId });
    rotation.schedule(this, { secretId: secret.ref, days, immediately: true }).addResourceDependency(user);
  }

  private adopt({ rotation, secretName, rotationDays }: ExistingCredentialProps): void {
    if (rotationDays === undefined) return;
    rotation.schedule(this, { secretId: secretName, days: rotationDays, immediately: false });
  }

  /** Level 1: the level-2 Secret adds two statements to the key's policy for each secret, and a policy holds 32 KiB. */
  private createSecret(props: SesCredentialProps, userName: string, region: string): CfnSecret {
    const secret = new CfnSecret(this, `Secret${seedId(props)}`, {
      name: props.secretName,
      description: `SMTP credential of Amazon SES for ${props.identity}`,
      kmsKeyId: props.encryptionKey.keyArn,
      secretString: JSON.stringify(seed(props, userName, region)),
      tags: [
        { key: MANAGED_TAG.key, value: MANAGED_TAG.value },
        ...(props.endpoint ? [{ key: ENDPOINT_TAG, value: endpointTag(props.endpoint) }] : []),
        ...(props.owner ? [{ key: OWNER_TAG, value: props.owner }] : []),
      ],
    });
    secret.applyRemovalPolicy(RemovalPolicy.RETAIN);
    return secret;
  }
}

/** Which rule the name of the user in the seed follows (`sendingUserName`): with another rule the seed is another one. */
const USER_NAMES = 2;

/**
 * A changed seed is another resource with the same name, which CloudFormation refuses. As an update it would write
 * the seed over the password in use, and mail would stop until the next rotation.
 */
function seedId({ from, region, endpoint, regions }: SesCredentialProps): string {
  return createHash('sha256')
    .update(JSON.stringify([USER_NAMES, from, region, endpoint, ...(regions ? [regions] : [])]))
    .digest('hex')
    .slice(0, 8);
}

function seed({ from, endpoint, regions }: SesCredentialProps, userName: string, region: string): object {
  const { host, port, security, ca } = endpoint ?? { host: sesHost(region), port: 465 };
  return {
    host,
    port,
    security: security ?? usualSecurity(port),
    from,
    ...(ca && { ca }),
    provider: { type: 'ses', userName, region, ...(regions && { regions }) },
  };
}

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
function sendingUser(scope: Construct, id: string, props: SendingUserProps): CfnUser {
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
