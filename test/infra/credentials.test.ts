import { App, Stack } from 'aws-cdk-lib';
import { describe, expect, it } from 'vitest';
import { parseSecret } from '../../functions/providers/secret.ts';
import { caDigest } from '../../functions/secrets/endpoint.ts';
import { sendingUserName } from '../../infra/constructs/smtp-credential.ts';
import { createAuthority } from '../../sandbox/certificates.ts';
import { KEYTURN, ofType, type Resources, resourcesOf, statements } from './synthesized.ts';

const orders = { type: 'ses', name: 'orders', identity: 'example.com', from: 'orders@example.com' };

const onlyOf = (resources: Resources, type: string) => {
  const [only, ...others] = ofType(resources, type);
  if (!only || others.length > 0)
    throw new Error(`Expected one ${type}, got ${others.length + (only ? 1 : 0)}`);
  return only;
};

const seedOf = (credential: object) =>
  JSON.parse(
    onlyOf(resourcesOf({ credentials: [credential] }), 'AWS::SecretsManager::Secret').Properties.SecretString,
  );

const CONFIGURATION_SETS = 'arn:<AWS::Partition>:ses:*:<AWS::AccountId>:configuration-set/*';

describe('a SES credential', () => {
  const resources = resourcesOf({ credentials: [{ ...orders, owner: 'team-shop', rotationDays: 14 }] });
  const secret = onlyOf(resources, 'AWS::SecretsManager::Secret');
  const user = onlyOf(resources, 'AWS::IAM::User');
  const schedule = onlyOf(resources, 'AWS::SecretsManager::RotationSchedule');
  const [secretId] = Object.entries(resources).find(([, one]) => one === secret) ?? [];

  it('is a secret with its name, its owner and the tag that lets Keyturn in', () => {
    expect(secret.Properties).toMatchObject({
      Name: 'keyturn/orders',
      KmsKeyId: '<StorageKeyBAA9457B.Arn>',
      Tags: [
        { Key: 'keyturn:managed', Value: 'true' },
        { Key: 'keyturn:owner', Value: 'team-shop' },
      ],
    });
  });

  it('starts with a seed that the functions read as one', () => {
    const text = secret.Properties.SecretString.replaceAll('<AWS::Region>', 'eu-west-1');
    expect(parseSecret(text)).toEqual({
      kind: 'seed',
      endpoint: { host: 'email-smtp.eu-west-1.amazonaws.com', port: 465, security: 'tls' },
      from: 'orders@example.com',
      provider: { type: 'ses', userName: expect.stringMatching(/-eu-west-1$/), region: 'eu-west-1' },
    });
  });

  it('has a user that may send as its identity, from its address, with the configuration set of the identity, and do nothing else', () => {
    expect(user.Properties.Policies).toHaveLength(1);
    expect(statements(user.Properties.Policies[0].PolicyDocument)).toEqual([
      {
        Effect: 'Allow',
        Action: ['ses:SendRawEmail'],
        Resource: [
          CONFIGURATION_SETS,
          'arn:<AWS::Partition>:ses:<AWS::Region>:<AWS::AccountId>:identity/example.com',
        ],
        Condition: { StringEquals: { 'ses:FromAddress': 'orders@example.com' } },
      },
    ]);
    expect(user.Properties.ManagedPolicyArns).toBeUndefined();
    expect(user.Properties.Groups).toBeUndefined();
  });

  it('has a user under /keyturn/ that says whose it is', () => {
    expect(user.Properties).toMatchObject({
      Path: '/keyturn/',
      Tags: [
        { Key: 'keyturn:managed', Value: 'true' },
        { Key: 'keyturn:secret', Value: `<${secretId}.Id>` },
      ],
    });
  });

  it('names the user before it exists, in the seed as in the template', () => {
    const { userName } = JSON.parse(secret.Properties.SecretString).provider;
    expect(userName).toBe(user.Properties.UserName);
    expect(userName).toMatch(/^Keyturn-keyturn-orders-[0-9a-f]{8}-<AWS::Region>$/);
  });

  it('is rotated only when its user exists, which comes after the secret whose ARN it carries', () => {
    const [userId] = Object.entries(resources).find(([, one]) => one === user) ?? [];
    expect(schedule.DependsOn).toContain(userId);
    expect(JSON.stringify(secret)).not.toContain(userId);
  });

  it('is rotated as soon as it exists, and then every rotationDays', () => {
    expect(schedule.Properties).toEqual({
      SecretId: `<${secretId}>`,
      RotationLambdaARN: '<RotateFunction80E9DEEB.Arn>',
      RotationRules: { AutomaticallyAfterDays: 14 },
      RotateImmediatelyOnUpdate: true,
    });
  });

  it('is not rotated before the function may be invoked and may do its work', () => {
    expect(schedule.DependsOn).toEqual(
      expect.arrayContaining(['RotateInvokedBySecretsManager7E96DFC3', 'RotateRoleDefaultPolicy1FAC43F8']),
    );
  });

  it('sends from its own region: endpoint, password and permission', () => {
    const away = resourcesOf({ credentials: [{ ...orders, region: 'us-west-2' }] });
    const seed = JSON.parse(onlyOf(away, 'AWS::SecretsManager::Secret').Properties.SecretString);
    expect(seed).toMatchObject({
      host: 'email-smtp.us-west-2.amazonaws.com',
      provider: { region: 'us-west-2' },
    });
    const [{ PolicyDocument }] = onlyOf(away, 'AWS::IAM::User').Properties.Policies;
    expect(statements(PolicyDocument)[0]?.Resource).toEqual([
      CONFIGURATION_SETS,
      'arn:<AWS::Partition>:ses:us-west-2:<AWS::AccountId>:identity/example.com',
    ]);
  });

  it('sends from further regions too: one key, a password and a permission for each', () => {
    const wide = resourcesOf({ credentials: [{ ...orders, regions: ['us-west-2', 'eu-west-1'] }] });
    const seed = JSON.parse(onlyOf(wide, 'AWS::SecretsManager::Secret').Properties.SecretString);
    expect(seed.provider).toMatchObject({ region: '<AWS::Region>', regions: ['us-west-2', 'eu-west-1'] });
    const [{ PolicyDocument }] = onlyOf(wide, 'AWS::IAM::User').Properties.Policies;
    const identityIn = (region: string) =>
      `arn:<AWS::Partition>:ses:${region}:<AWS::AccountId>:identity/example.com`;
    expect(new Set(statements(PolicyDocument)[0]?.Resource)).toEqual(
      new Set([CONFIGURATION_SETS, ...['<AWS::Region>', 'us-west-2', 'eu-west-1'].map(identityIn)]),
    );
  });

  it.each([
    [465, 'tls'],
    [2465, 'tls'],
    [587, 'starttls'],
    [2587, 'starttls'],
  ])('on port %i uses %s unless told otherwise', (port, security) => {
    expect(seedOf({ ...orders, endpoint: { host: 'smtp.example.com', port } })).toMatchObject({
      host: 'smtp.example.com',
      port,
      security,
    });
  });

  it('trusts the given certificates', async () => {
    const { cert: ca } = await createAuthority();
    const endpoint = { host: 'localhost', port: 1465, security: 'tls', ca };
    expect(seedOf({ ...orders, endpoint })).toMatchObject(endpoint);
  });

  it('names its endpoint in a tag, which who may write the value cannot change; without one the provider does', async () => {
    const { cert: ca } = await createAuthority();
    const tagsOf = (credential: object) =>
      onlyOf(resourcesOf({ credentials: [credential] }), 'AWS::SecretsManager::Secret').Properties.Tags;
    const endpoint = { host: 'Mail.example.com', port: 1465, ca };
    expect(tagsOf({ ...orders, endpoint })).toContainEqual({
      Key: 'keyturn:endpoint',
      Value: `smtp://mail.example.com:1465 ca=${caDigest(ca)}`,
    });
    expect(JSON.stringify(tagsOf(orders))).not.toContain('keyturn:endpoint');
  });

  it('whose seed changes is another resource with the same name, so that no deployment overwrites a password', () => {
    const secretIds = (credential: object) => {
      const all = resourcesOf({ credentials: [credential] });
      return Object.keys(all).filter((id) => all[id]?.Type === 'AWS::SecretsManager::Secret');
    };
    const changes = [
      { from: 'shop@example.com' },
      { region: 'us-west-2' },
      { regions: ['us-west-2'] },
      { endpoint: { host: 'smtp.example.com', port: 465 } },
    ];
    const ids = [orders, ...changes.map((change) => ({ ...orders, ...change }))].flatMap(secretIds);
    expect(new Set(ids).size).toBe(5);
    expect(secretIds({ ...orders, owner: 'team-shop', rotationDays: 9 })).toEqual(secretIds(orders));
  });
});

describe('the name of the user of a SES credential', () => {
  const named = (name: string, { stack = 'Keyturn', region = 'ap-southeast-1' } = {}) => {
    const scope = new Stack(new App(), stack, { env: { account: '111122223333', region } });
    return sendingUserName(scope, `keyturn/${name}`);
  };

  it('is one that IAM takes, however long the names of stack and credential are', () => {
    const long = named('n'.repeat(64), { stack: 'S'.repeat(128) });
    expect(long).toMatch(/^[\w+=,.@-]{1,64}$/);
    expect(long.endsWith('-ap-southeast-1')).toBe(true);
  });

  it('is the same for the same credential, and another one for each stack, credential and region', () => {
    const long = 'n'.repeat(63);
    const names = [
      named('orders'),
      named('Orders'),
      named('orders', { stack: 'Keyturn2' }),
      named('orders', { region: 'eu-west-1' }),
      named(`${long}a`),
      named(`${long}b`),
      // With a hyphen between, both would be `A-keyturn-b-keyturn-c`.
      named('c', { stack: 'A-keyturn-b' }),
      named('b-keyturn-c', { stack: 'A' }),
    ];
    expect(new Set(names.map((name) => name.toLowerCase())).size).toBe(names.length);
    expect(named('orders')).toBe(named('orders'));
  });
});

describe('an existing credential', () => {
  const mailgun = { type: 'existing', name: 'mailgun', secretName: 'mail/mailgun' };

  it('is neither created nor changed', () => {
    const resources = resourcesOf({ credentials: [mailgun] });
    expect(ofType(resources, 'AWS::SecretsManager::Secret')).toEqual([]);
    expect(ofType(resources, 'AWS::IAM::User')).toEqual([]);
  });

  it('is not rotated unless rotationDays says so', () => {
    const resources = resourcesOf({ credentials: [mailgun] });
    expect(ofType(resources, 'AWS::SecretsManager::RotationSchedule')).toEqual([]);
  });

  it('with rotationDays is rotated on schedule; the deployment only tests the credential in use', () => {
    const resources = resourcesOf({ credentials: [{ ...mailgun, rotationDays: 60 }] });
    expect(onlyOf(resources, 'AWS::SecretsManager::RotationSchedule').Properties).toEqual({
      SecretId: 'mail/mailgun',
      RotationLambdaARN: '<RotateFunction80E9DEEB.Arn>',
      RotationRules: { AutomaticallyAfterDays: 60 },
      RotateImmediatelyOnUpdate: false,
    });
  });
});

describe('the template', () => {
  const resources = resourcesOf(KEYTURN);

  it('holds no secret and makes none', () => {
    const secrets = ofType(resources, 'AWS::SecretsManager::Secret').map(({ Properties }) => Properties);
    expect(secrets.map(({ GenerateSecretString }) => GenerateSecretString)).toEqual([undefined]);
    const keys = secrets.map(({ SecretString }) => Object.keys(JSON.parse(SecretString)));
    expect(keys).toEqual([['host', 'port', 'security', 'from', 'provider']]);
    expect(ofType(resources, 'AWS::IAM::AccessKey')).toEqual([]);
  });

  it('has a watch for silence for each credential', () => {
    for (const name of ['keyturn/orders', 'mail/mailgun', 'mail/office']) {
      expect(
        ofType(resources, 'AWS::CloudWatch::Alarm').map(({ Properties }) => Properties.AlarmName),
      ).toContain(`Keyturn: no proven login with ${name}`);
    }
  });

  it('names the key of an adopted secret only where secrets are opened', () => {
    const users = Object.entries(resources).filter(([, resource]) =>
      JSON.stringify(resource).includes('key/0b1c2d3e'),
    );
    expect(users.map(([id]) => id.slice(0, -8))).toEqual(
      ['Validate', 'Rotate', 'Retire', 'Operate', 'AuditPlan', 'AuditExamine'].map(
        (name) => `${name}RoleDefaultPolicy`,
      ),
    );
  });
});
