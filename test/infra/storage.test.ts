import { describe, expect, it } from 'vitest';
import { PARTITION } from '../../functions/table/items.ts';
import { KEYTURN, named, ofType, resourcesOf, statements } from './synthesized.ts';

const resources = resourcesOf({ ...KEYTURN, reportRetentionDays: 30, logRetentionDays: 7 });
const KEY = '<StorageKeyBAA9457B.Arn>';

const STATEFUL = [
  'AWS::DynamoDB::Table',
  'AWS::IAM::User',
  'AWS::KMS::Key',
  'AWS::Logs::LogGroup',
  'AWS::S3::Bucket',
  'AWS::SecretsManager::Secret',
];

describe('what outlives a deployment', () => {
  it('keeps its logical ids: another id would be another, empty resource', () => {
    const ids = Object.keys(resources).filter((id) => STATEFUL.includes(resources[id]?.Type ?? ''));
    expect(ids.filter((id) => resources[id]?.Type !== 'AWS::Logs::LogGroup')).toEqual([
      'StorageKeyBAA9457B',
      'StorageLedger5E7CB2E3',
      'StorageReports31B47EB2',
      'CredentialsordersSecretf795b8e555E0A07C',
      'CredentialsordersUserFB4162B0',
    ]);
  });

  it('is kept when the stack is deleted', () => {
    const stateful = Object.values(resources).filter(({ Type }) => STATEFUL.includes(Type));
    expect(stateful.filter(({ DeletionPolicy }) => DeletionPolicy !== 'Retain')).toEqual([]);
  });
});

describe('the key', () => {
  const key = named(resources, 'StorageKey');

  it('is rotated every year', () => {
    expect(key.Properties.EnableKeyRotation).toBe(true);
  });

  it('is open to services only for data of this account', () => {
    const [account, ...services] = statements(key.Properties.KeyPolicy);
    expect(account?.Action).not.toContain('kms:*');
    expect(services.map(({ Action, Condition }) => ({ Action, Condition }))).toEqual([
      {
        Action: [
          'kms:Decrypt',
          'kms:DescribeKey',
          'kms:Encrypt',
          'kms:GenerateDataKey',
          'kms:GenerateDataKeyWithoutPlaintext',
          'kms:ReEncryptFrom',
          'kms:ReEncryptTo',
        ],
        Condition: {
          ArnLike: {
            'kms:EncryptionContext:aws:logs:arn':
              'arn:<AWS::Partition>:logs:<AWS::Region>:<AWS::AccountId>:log-group:*',
          },
        },
      },
      {
        Action: ['kms:Decrypt'],
        Condition: {
          StringEquals: {
            'kms:EncryptionContext:SourceArn': 'arn:<AWS::Partition>:logs:<AWS::Region>:<AWS::AccountId>:*',
          },
        },
      },
      {
        Action: ['kms:Decrypt', 'kms:GenerateDataKey'],
        Condition: { StringEquals: { 'aws:SourceAccount': '<AWS::AccountId>' } },
      },
    ]);
  });

  it('encrypts every secret, log group, topic, the ledger and the reports', () => {
    const keys = [
      ...ofType(resources, 'AWS::SecretsManager::Secret').map((one) => one.Properties.KmsKeyId),
      ...ofType(resources, 'AWS::Logs::LogGroup').map((one) => one.Properties.KmsKeyId),
      ...ofType(resources, 'AWS::SNS::Topic').map((one) => one.Properties.KmsMasterKeyId),
      named(resources, 'StorageLedger').Properties.SSESpecification.KMSMasterKeyId,
      named(resources, 'StorageReports').Properties.BucketEncryption.ServerSideEncryptionConfiguration[0]
        .ServerSideEncryptionByDefault.KMSMasterKeyID,
    ];
    expect(keys).toHaveLength(19);
    expect(new Set(keys)).toEqual(new Set([KEY]));
  });
});

describe('the ledger', () => {
  it('is on demand, recoverable to any second, forgets by expiresAt and cannot be deleted by mistake', () => {
    expect(named(resources, 'StorageLedger').Properties).toMatchObject({
      BillingMode: 'PAY_PER_REQUEST',
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
      DeletionProtectionEnabled: true,
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
    });
  });
});

describe('the events of the ledger', () => {
  it('are deleted or updated by nobody in the account, and written by single puts only', () => {
    const { PolicyDocument } = named(resources, 'StorageLedger').Properties.ResourcePolicy;
    expect(PolicyDocument.Statement.map(({ Principal }: { Principal: object }) => Principal)).toEqual([
      { AWS: '*' },
      { AWS: '*' },
    ]);
    expect(statements(PolicyDocument)).toEqual([
      {
        Effect: 'Deny',
        Action: ['dynamodb:DeleteItem', 'dynamodb:UpdateItem'],
        Resource: ['*'],
        Condition: { 'ForAnyValue:StringLike': { 'dynamodb:LeadingKeys': ['EVENTS#*'] } },
      },
      {
        Effect: 'Deny',
        Action: [
          'dynamodb:BatchWriteItem',
          'dynamodb:PartiQLDelete',
          'dynamodb:PartiQLInsert',
          'dynamodb:PartiQLUpdate',
        ],
        Resource: ['*'],
      },
    ]);
  });

  it('are where the functions write them', () => {
    expect(PARTITION.events).toBe('EVENTS#');
  });

  it('cannot be deleted by any role: none may delete anything in the table', () => {
    const actions = Object.values(resources).flatMap(({ Type, Properties }) =>
      Type === 'AWS::IAM::Policy'
        ? statements(Properties.PolicyDocument).flatMap(({ Action }) => Action)
        : [],
    );
    expect(actions.filter((action) => action.startsWith('dynamodb:')).length).toBeGreaterThan(10);
    expect(actions.filter((action) => /^dynamodb:.*(Delete|Batch|PartiQL|\*)/.test(action))).toEqual([]);
  });
});

describe('the report bucket', () => {
  it('is private, versioned and forgets reports after reportRetentionDays', () => {
    const { Properties } = named(resources, 'StorageReports');
    expect(Object.values(Properties.PublicAccessBlockConfiguration)).toEqual([true, true, true, true]);
    expect(Properties.VersioningConfiguration).toEqual({ Status: 'Enabled' });
    expect(Properties.LifecycleConfiguration.Rules).toEqual([
      {
        Status: 'Enabled',
        ExpirationInDays: 30,
        NoncurrentVersionExpiration: { NoncurrentDays: 30 },
        AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 },
      },
    ]);
  });

  it('refuses plain HTTP and TLS before 1.2', () => {
    const { Properties } = named(resources, 'StorageReportsPolicy');
    expect(statements(Properties.PolicyDocument).map(({ Effect, Condition }) => [Effect, Condition])).toEqual(
      [
        ['Deny', { Bool: { 'aws:SecureTransport': 'false' } }],
        ['Deny', { NumericLessThan: { 's3:TlsVersion': 1.2 } }],
      ],
    );
  });
});

describe('logs', () => {
  it('are kept for logRetentionDays', () => {
    const retentions = ofType(resources, 'AWS::Logs::LogGroup').map((one) => one.Properties.RetentionInDays);
    expect(new Set(retentions)).toEqual(new Set([7]));
  });
});
