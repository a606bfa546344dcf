import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { mayDo, type PolicyStatement } from '../../functions/audit/subjects/iam.ts';
import * as names from '../../functions/observe/names.ts';

const FILE = join(import.meta.dirname, '../../docs/reserve-keyturn-tags.json');
const text = readFileSync(FILE, 'utf8');
const { Statement } = JSON.parse(text) as { Statement: readonly Required<PolicyStatement>[] };
const [tags, users] = Statement;

const SECRET = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:keyturn/orders-a1b2c3';
const USER = 'arn:aws:iam::111122223333:user/keyturn/orders';
/** Each deny, read as an allow, so that the one evaluation there is says whom it meets; its condition apart. */
const denies = (statement: PolicyStatement | undefined, action: string, resource: string) =>
  statement !== undefined && mayDo([{ ...statement, Effect: 'Allow' }], action, resource);

describe('docs/reserve-keyturn-tags.json, a service control policy', () => {
  it('fits into 5,120 characters and allows nothing', () => {
    expect(text.length).toBeLessThan(5120);
    expect(Statement.map(({ Effect }) => Effect)).toEqual(['Deny', 'Deny']);
  });

  it('reserves every tag that Keyturn goes by', () => {
    const used = Object.entries(names)
      .filter(([name]) => name.endsWith('_TAG'))
      .map(([, tag]) => (typeof tag === 'object' ? Reflect.get(tag, 'key') : tag));
    expect(used.length).toBeGreaterThanOrEqual(5);
    const pattern = tags?.Condition['ForAnyValue:StringLike']?.['aws:TagKeys'];
    expect(pattern).toBe('keyturn:*');
    for (const tag of used) expect(tag).toMatch(/^keyturn:/);
  });

  it.each(['TagResource', 'UntagResource', 'CreateSecret'])('meets secretsmanager:%s', (action) => {
    expect(denies(tags, `secretsmanager:${action}`, SECRET)).toBe(true);
  });

  it.each(['TagUser', 'UntagUser', 'CreateUser'])(
    'meets iam:%s, whatever the letter case of a tag',
    (action) => {
      expect(denies(tags, `iam:${action}`, USER)).toBe(true);
      // IAM's tag keys are the same in upper and lower case, and a condition's values are not.
      expect(denies(users, `iam:${action}`, USER)).toBe(true);
      expect(Object.keys(users?.Condition ?? {})).toEqual(['ArnNotLike']);
    },
  );

  it('leaves reading, writing and rotating alone, and the users of others', () => {
    for (const action of ['GetSecretValue', 'PutSecretValue', 'RotateSecret', 'UpdateSecretVersionStage'])
      expect(denies(tags, `secretsmanager:${action}`, SECRET)).toBe(false);
    expect(denies(users, 'iam:TagUser', 'arn:aws:iam::111122223333:user/people/ada')).toBe(false);
  });

  it('exempts what deploys, in both statements alike', () => {
    expect(tags?.Condition.ArnNotLike).toEqual(users?.Condition.ArnNotLike);
    expect(JSON.stringify(tags?.Condition.ArnNotLike)).toContain('role/cdk-*-cfn-exec-role-*');
  });
});
