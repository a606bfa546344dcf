import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { awsFacts, encryptionKeys, identitiesOf } from '../../../../functions/audit/facts/aws-facts.ts';
import * as clients from '../../../../functions/aws.ts';
import type { Credential } from '../../../../functions/providers/secret.ts';
import { AccountServer, type Operation } from '../../../support/aws/account-server.ts';
import { account, credential, soundFacts } from '../sound-facts.ts';

const policyOf = (...Statement: object[]) => JSON.stringify({ Version: '2012-10-17', Statement });
const SEND = { Effect: 'Allow', Action: ['ses:SendRawEmail'], Resource: '*' };
const READ = { Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::a&b/<c>' };
const KEY_ARN = 'arn:aws:kms:us-east-1:123456789012:key/1';
const known = <T>(value: T) => ({ known: true, value });
const named = (name: string) => Object.assign(new Error('no'), { name });

let aws: AccountServer;
let secretPolicy: Record<string, object>;
let secretsManager: SecretsManagerClient;

beforeEach(async () => {
  secretPolicy = { GetResourcePolicy: {} };
  const send = async (command: object) =>
    secretPolicy[command.constructor.name.replace('Command', '')] ??
    Promise.reject(named('AccessDeniedException'));
  secretsManager = { send } as unknown as SecretsManagerClient;
  aws = await AccountServer.start({
    GetEmailIdentity: () => ({
      ConfigurationSetName: 'orders',
      DkimAttributes: {
        SigningAttributesOrigin: 'AWS_SES',
        CurrentSigningKeyLength: 'RSA_1024_BIT',
        LastKeyGenerationTimestamp: new Date(Date.UTC(2026, 0, 2)),
      },
      VerificationInfo: { ErrorType: 'HOST_NOT_FOUND' },
    }),
    ListGroupsForUser: () => ({ Groups: [] }),
    ListUserPolicies: () => ({ PolicyNames: ['send'] }),
    GetUserPolicy: ({ UserName, PolicyName }) => ({
      UserName,
      PolicyName,
      PolicyDocument: encodeURIComponent(policyOf(SEND)),
    }),
    ListAttachedUserPolicies: () => ({ AttachedPolicies: [{ PolicyArn: 'arn:aws:iam::aws:policy/Read' }] }),
    GetPolicy: () => ({ Policy: { DefaultVersionId: 'v7' } }),
    GetPolicyVersion: ({ VersionId }) => ({
      PolicyVersion: { Document: encodeURIComponent(JSON.stringify({ Statement: READ })), VersionId },
    }),
    GetLoginProfile: () => ({ LoginProfile: { UserName: 'keyturn-orders', CreateDate: new Date(0) } }),
    DescribeKey: ({ KeyId }) => ({ KeyMetadata: { KeyId, Arn: KEY_ARN, KeyState: 'Enabled' } }),
    GetKeyRotationStatus: ({ KeyId }) => ({ KeyRotationEnabled: KeyId === KEY_ARN }),
    SimulatePrincipalPolicy: () => ({
      EvaluationResults: [{ EvalActionName: 'ses:SendRawEmail', EvalDecision: 'explicitDeny' }],
    }),
  });
});
afterEach(() => aws.close());

const factsOf = (
  one: Credential | undefined = credential,
  around = account,
  { kmsKeyId } = soundFacts.description,
) =>
  awsFacts(
    {
      secretsManager,
      iam: clients.iam(),
      account: around,
      identityOf: identitiesOf(clients.sesv2()),
      keyOf: encryptionKeys(clients.kms()),
      settings: soundFacts.settings,
    },
    { ...soundFacts.description, kmsKeyId },
    one,
  );

describe('the IAM user of a credential', () => {
  it('is read with all its policies', async () => {
    const { user, simulated } = await factsOf();
    expect(user).toEqual(known({ statements: [SEND, READ], groups: 0, console: true }));
    expect(simulated).toEqual(known('explicitDeny'));
    expect(aws.inputsOf('GetPolicyVersion')).toMatchObject([{ VersionId: 'v7' }]);
  });

  it('may be without policies, and in groups', async () => {
    aws.answers.ListUserPolicies = () => ({ PolicyNames: [] });
    aws.answers.ListAttachedUserPolicies = () => ({ AttachedPolicies: [] });
    aws.answers.ListGroupsForUser = () => ({
      Groups: ['a', 'b'].map((GroupName) => ({
        GroupName,
        Path: '/',
        GroupId: GroupName,
        Arn: GroupName,
        CreateDate: new Date(0),
      })),
    });
    aws.refused.set('GetLoginProfile', 'NoSuchEntity');
    expect((await factsOf()).user).toEqual(known({ statements: [], groups: 2, console: false }));
  });

  it('may not send when IAM refuses it the configuration set of its identity', async () => {
    const on = (resource: string, decision: 'allowed' | 'implicitDeny') => ({
      EvalResourceName: `arn:aws:ses:us-east-1:123456789012:${resource}`,
      EvalResourceDecision: decision,
    });
    aws.answers.SimulatePrincipalPolicy = () => ({
      EvaluationResults: [
        {
          EvalActionName: 'ses:SendRawEmail',
          EvalDecision: 'allowed',
          ResourceSpecificResults: [
            on('identity/example.com', 'allowed'),
            on('configuration-set/orders', 'implicitDeny'),
          ],
        },
      ],
    });
    expect((await factsOf()).simulated).toEqual(known('implicitDeny'));
  });

  it('is simulated as the sender, on the identity that covers it and the configuration set of that', async () => {
    await factsOf();
    expect(aws.inputsOf('SimulatePrincipalPolicy')).toEqual([
      {
        Action: 'SimulatePrincipalPolicy',
        Version: '2010-05-08',
        PolicySourceArn: 'arn:aws:iam::123456789012:user/keyturn/keyturn-orders',
        'ActionNames.member.1': 'ses:SendRawEmail',
        'ResourceArns.member.1': 'arn:aws:ses:us-east-1:123456789012:identity/example.com',
        'ResourceArns.member.2': 'arn:aws:ses:us-east-1:123456789012:configuration-set/orders',
        'ContextEntries.member.1.ContextKeyName': 'ses:FromAddress',
        'ContextEntries.member.1.ContextKeyType': 'string',
        'ContextEntries.member.1.ContextKeyValues.member.1': 'orders@shop.example.com',
      },
    ]);
  });

  it.each<[Operation, 'user' | 'simulated']>([
    ['ListGroupsForUser', 'user'],
    ['GetUserPolicy', 'user'],
    ['GetPolicy', 'user'],
    ['GetLoginProfile', 'user'],
    ['SimulatePrincipalPolicy', 'simulated'],
  ])('is not known when %s is denied', async (operation, fact) => {
    aws.refused.set(operation, 'AccessDenied');
    expect((await factsOf())[fact]).toMatchObject({ known: false, reason: 'access-denied' });
  });
});

describe('the KMS key of a secret', () => {
  it('is found by its alias, too, and asked for once, however many secrets share it', async () => {
    const keyOf = encryptionKeys(clients.kms());
    const alias = 'arn:aws:kms:us-east-1:123456789012:alias/mail';
    const found = await Promise.all([keyOf(alias), keyOf(alias)]);
    expect(found).toEqual(Array(2).fill({ state: 'Enabled', rotates: true }));
    expect(aws.inputsOf('DescribeKey')).toEqual([{ KeyId: alias }]);
    expect(aws.inputsOf('GetKeyRotationStatus')).toEqual([{ KeyId: KEY_ARN }]);
  });

  it.each<Operation>(['DescribeKey', 'GetKeyRotationStatus'])(
    'is not known when %s is denied',
    async (operation) => {
      aws.refused.set(operation, 'AccessDeniedException');
      expect((await factsOf()).key).toMatchObject({ known: false, reason: 'access-denied' });
    },
  );

  it('is not asked for when the secret names none', async () => {
    expect(
      (await factsOf(credential, account, { ...soundFacts.description, kmsKeyId: null })).key,
    ).toMatchObject({ reason: 'not-reached' });
    expect(aws.inputsOf('DescribeKey')).toEqual([]);
  });
});

describe('the identity of a sender', () => {
  it('is asked for once, however many credentials send as it', async () => {
    const identityOf = identitiesOf(clients.sesv2());
    const found = await Promise.all([identityOf('a@b.example'), identityOf('a@b.example')]);
    expect(found).toEqual(
      Array(2).fill({
        name: 'a@b.example',
        configurationSet: 'orders',
        keyLength: 'RSA_1024_BIT',
        keyMadeAt: Date.UTC(2026, 0, 2),
        verificationError: 'HOST_NOT_FOUND',
      }),
    );
    expect(aws.inputsOf('GetEmailIdentity')).toEqual([{ name: 'a@b.example' }]);
  });

  it('with a key of its own tells no length', async () => {
    aws.answers.GetEmailIdentity = () => ({
      DkimAttributes: { SigningAttributesOrigin: 'EXTERNAL', CurrentSigningKeyLength: 'RSA_1024_BIT' },
    });
    expect((await factsOf()).identity).toEqual(
      known({
        name: 'example.com',
        configurationSet: null,
        keyLength: null,
        keyMadeAt: null,
        verificationError: null,
      }),
    );
  });

  it('is nobody when none covers the sender', async () => {
    const ses = { ...account.ses, identities: { known: true, value: {} } } as const;
    const { identity, simulated } = await factsOf(credential, { ...account, ses });
    expect(identity).toEqual(known(null));
    expect(simulated).toMatchObject({ known: false, reason: 'not-reached' });
  });

  it('is not asked for in another region', async () => {
    const { identity, simulated } = await factsOf(credential, {
      ...account,
      ses: { ...account.ses, region: 'eu-west-1' },
    });
    for (const fact of [identity, simulated]) expect(fact).toMatchObject({ reason: 'other-region' });
    expect(aws.inputsOf('GetEmailIdentity')).toEqual([]);
  });
});

describe('the resource policy of a secret', () => {
  it('may be none, and is not validated then', async () => {
    expect((await factsOf()).policy).toEqual(known({ document: null, objections: [] }));
  });

  it('is read, and AWS is asked what it thinks of it', async () => {
    secretPolicy.GetResourcePolicy = { ResourcePolicy: policyOf(READ) };
    secretPolicy.ValidateResourcePolicy = {
      PolicyValidationPassed: false,
      ValidationErrors: [{ CheckName: 'PUBLIC_ACCESS', ErrorMessage: 'everybody' }],
    };
    expect((await factsOf()).policy).toEqual(
      known({ document: { Statement: [READ] }, objections: ['PUBLIC_ACCESS'] }),
    );
  });

  it('is not known when AWS may not be asked', async () => {
    secretPolicy.GetResourcePolicy = { ResourcePolicy: policyOf(READ) };
    expect((await factsOf()).policy).toMatchObject({ known: false, reason: 'access-denied' });
  });
});

it('of another provider, neither IAM nor Amazon SES is asked', async () => {
  const { provider: _ses, ...elsewhere } = credential;
  const { user, identity, simulated, breaches } = await factsOf(elsewhere);
  for (const fact of [user, identity, simulated]) expect(fact).toMatchObject({ reason: 'not-reached' });
  expect(breaches).toBeNull();
  expect(aws.calls.map(({ operation }) => operation)).toEqual(['DescribeKey', 'GetKeyRotationStatus']);
});
