import { describe, expect, it } from 'vitest';
import { allowed, KEYTURN, ofType, resourcesOf } from './synthesized.ts';

const resources = resourcesOf({ ...KEYTURN, deadManHours: 30 });
const stateful = Object.entries(resources).filter(([, { Type }]) =>
  ['AWS::SecretsManager::Secret', 'AWS::IAM::User'].includes(Type),
);
const alarms = ofType(resources, 'AWS::CloudWatch::Alarm').map(({ Properties }) => Properties);

/** The failure modes of other rotators (test/functions/lifecycle/rotate/failure-modes.test.ts) that the template answers. */
describe('failure mode', () => {
  it('20: a user with a path is named without it, and the path is in the permission', () => {
    const users = stateful.filter(([, { Type }]) => Type === 'AWS::IAM::User');
    const [[, user] = []] = users;
    const [secret] = ofType(resources, 'AWS::SecretsManager::Secret');
    expect(user?.Properties.Path).toBe('/keyturn/');
    expect(JSON.parse(secret?.Properties.SecretString).provider.userName).toBe(user?.Properties.UserName);
    expect(user?.Properties.UserName).not.toContain('/');
    for (const construct of ['Rotate', 'Retire', 'Operate']) {
      const onKeys = allowed(resources, construct).filter(({ Action }) => /AccessKey/.test(String(Action)));
      expect(onKeys.map(({ Resource }) => Resource)).toEqual([
        ['arn:<AWS::Partition>:iam::<AWS::AccountId>:user/keyturn/*'],
      ]);
    }
  });

  it('22: every alarm speaks by SNS; the digest alone is mail, sent by the role of its function, not with what it watches', () => {
    const [topic] = Object.entries(resources).filter(([, { Type }]) => Type === 'AWS::SNS::Topic');
    expect(alarms.length).toBeGreaterThan(10);
    expect(new Set(alarms.flatMap(({ AlarmActions }) => AlarmActions))).toEqual(new Set([`<${topic?.[0]}>`]));
    expect(alarms.filter(({ AlarmActions }) => AlarmActions.length === 0)).toEqual([]);
    const sending = Object.entries(resources)
      .filter(([, { Type }]) => Type === 'AWS::IAM::Policy')
      .filter(([, policy]) => JSON.stringify(policy).includes('ses:Send'));
    expect(sending.map(([id]) => id)).toEqual([expect.stringMatching(/^AuditNotify/)]);
    expect(JSON.stringify(allowed(resources, 'AuditNotify'))).not.toContain('secretsmanager:');
  });

  it('23: a rotation that nobody starts any more, and a login that nobody proves, ring an alarm', () => {
    const names = alarms.map(({ AlarmName }) => AlarmName);
    expect(names).toEqual(
      expect.arrayContaining([
        'Keyturn: rotation overdue',
        'Keyturn: rotation abandoned',
        'Keyturn: no proven login with keyturn/orders',
      ]),
    );
  });

  it('26: an update or a deletion of the stack takes no credential away: nothing here is made by a custom resource', () => {
    expect(stateful).toHaveLength(2);
    for (const [id, { DeletionPolicy, UpdateReplacePolicy }] of stateful) {
      expect([id, DeletionPolicy, UpdateReplacePolicy]).toEqual([id, 'Retain', 'Retain']);
    }
    const types = Object.values(resources).map(({ Type }) => Type);
    expect(types.filter((type) => /^Custom::|CustomResource|IAM::AccessKey/.test(type))).toEqual([]);
  });
});
