import { describe, expect, it } from 'vitest';
import { guard } from '../../../../functions/lifecycle/rotate/step-decision.ts';
import type { SecretDescription } from '../../../../functions/secrets/description.ts';

const TOKEN = 'token'.padEnd(32, '0');

const secret: SecretDescription = {
  kind: 'found',
  arn: 'arn:aws:secretsmanager:us-east-1:123456789012:secret:keyturn/orders-AbCdEf',
  name: 'keyturn/orders',
  managed: true,
  tags: {},
  stages: { current: ['AWSCURRENT'], [TOKEN]: ['AWSPENDING'] },
  rotationEnabled: true,
  rotationFunction: null,
  schedule: { enabled: true, everyDays: 30, window: null, lastRotatedAt: null, nextRotationAt: null },
  kmsKeyId: null,
  createdAt: null,
  lastChangedAt: null,
  lastRotatedAt: null,
  nextRotationAt: null,
  deletedAt: null,
  replicas: [],
};

describe('guard', () => {
  it.each([
    ['rotation switched off', { rotationEnabled: false }, 'not enabled'],
    ['an unknown token', { stages: { current: ['AWSCURRENT'] } }, 'no version'],
    ['a token without AWSPENDING', { stages: { [TOKEN]: ['OTHER'] } }, 'not labelled AWSPENDING'],
    ['a secret without our tag', { managed: false }, 'keyturn:managed=true'],
  ])('refuses %s', (_name, changes, message) => {
    const guarded = guard('createSecret', TOKEN, { ...secret, ...changes });
    expect(guarded).toMatchObject({ kind: 'refused', message: expect.stringContaining(message) });
  });

  it('refuses a step that the contract does not know', () => {
    expect(guard('dropSecret', TOKEN, secret)).toMatchObject({
      kind: 'refused',
      message: 'expected one of createSecret, setSecret, testSecret, finishSecret, got "dropSecret"',
    });
  });

  it('counts a token that is already current as done, also when it kept AWSPENDING', () => {
    const stages = { [TOKEN]: ['AWSCURRENT', 'AWSPENDING'] };
    expect(guard('finishSecret', TOKEN, { ...secret, stages })).toEqual({ kind: 'already-current' });
  });

  it('does not take a missing RotationEnabled for a switched-off rotation', () => {
    expect(guard('testSecret', TOKEN, { ...secret, rotationEnabled: null })).toEqual({
      kind: 'proceed',
      step: 'testSecret',
    });
  });

  it('checks in the order of the AWS template: enabled, known, current, pending, step', () => {
    const wrongInAll = { ...secret, rotationEnabled: false, stages: {}, managed: false };
    expect(guard('dropSecret', TOKEN, wrongInAll)).toMatchObject({
      message: expect.stringMatching(/not enabled/),
    });
    expect(guard('dropSecret', TOKEN, { ...wrongInAll, rotationEnabled: true })).toMatchObject({
      message: expect.stringMatching(/no version/),
    });
  });
});
