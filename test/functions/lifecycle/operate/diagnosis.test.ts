import { describe, expect, it } from 'vitest';
import { diagnose } from '../../../../functions/lifecycle/operate/diagnosis.ts';
import type { Facts } from '../../../../functions/lifecycle/operate/facts.ts';
import { QUARANTINED } from '../../../../functions/lifecycle/operate/operation.ts';
import { resultWith } from '../../../../functions/smtp/login-result.ts';

const NOW = Date.parse('2026-11-24T06:00:00Z');
const DAY_MS = 24 * 60 * 60 * 1000;

const facts: Facts = {
  now: NOW,
  secret: {
    kind: 'found',
    arn: 'arn:aws:secretsmanager:us-east-1:123456789012:secret:keyturn/orders-AbCdEf',
    name: 'keyturn/orders',
    managed: true,
    tags: {},
    stages: {},
    rotationEnabled: true,
    schedule: { enabled: true, everyDays: 30, window: null, lastRotatedAt: null, nextRotationAt: null },
    kmsKeyId: null,
    createdAt: null,
    lastChangedAt: null,
    lastRotatedAt: null,
    nextRotationAt: NOW + DAY_MS,
    deletedAt: null,
    replicas: [],
  },
  versions: [{ versionId: 'v1', labels: ['AWSCURRENT'], content: 'credential', id: 'AKIA1' }],
  issuer: {
    kind: 'issuing',
    issued: [
      {
        id: 'AKIA1',
        name: null,
        active: true,
        createdAt: NOW - DAY_MS,
        lastUsedAt: null,
        lastUsedBy: null,
      },
    ],
    limit: 2,
    reversible: true,
    keepsNames: false,
    own: new Set(['AKIA1']),
    orphans: [],
  },
  mints: [],
  deactivations: [],
  endpoints: new Map(),
};

const good = resultWith('valid');
const codes = (changed: Partial<Facts>, loginResult = good) =>
  diagnose({ facts: { ...facts, ...changed }, loginResult }).map(({ code }) => code);

describe('the diagnosis', () => {
  it('is empty when nothing is wrong', () => {
    expect(codes({})).toEqual([]);
  });

  it('says that a rotation is overdue from the moment that it is', () => {
    const due = (nextRotationAt: number) => codes({ secret: { ...facts.secret, nextRotationAt } });
    expect([due(NOW + 1), due(NOW)]).toEqual([[], ['overdue']]);
  });

  it('tells a login that proved nothing from one that was refused', () => {
    expect(codes({}, resultWith('unreachable'))).toEqual(['current-unproven']);
    expect(codes({}, resultWith('rejected'))).toEqual(['current-refused']);
  });

  it.each([
    ['its label', { versions: [{ ...facts.versions[0], labels: ['AWSCURRENT', QUARANTINED] }] }],
    ['the ledger', { deactivations: [{ credentialId: 'AKIA1', deactivatedAt: 1, quarantined: true }] }],
  ])('finds a quarantined credential current, by %s, and does not switch it on', (_by, changed) => {
    expect(codes(changed as Partial<Facts>)).toEqual(['current-quarantined']);
  });

  it('never calls the current credential an orphan, or one of a provider without a limit foreign', () => {
    const { issuer } = facts;
    if (issuer.kind !== 'issuing') throw new Error('not issuing');
    expect(codes({ issuer: { ...issuer, orphans: ['AKIA1'] } })).toEqual([]);
    const other = { id: 'other', name: null, active: true, createdAt: 0, lastUsedAt: null, lastUsedBy: null };
    const issued = [...issuer.issued, other];
    expect(codes({ issuer: { ...issuer, issued, limit: null } })).toEqual([]);
    expect(codes({ issuer: { ...issuer, issued } })).toEqual(['not-ours']);
  });

  it('says of a credential in a version that is not provably ours that nobody here retires it, unless it is current', () => {
    const { issuer, versions } = facts;
    if (issuer.kind !== 'issuing') throw new Error('not issuing');
    const other = { id: 'other', name: null, active: true, createdAt: 0, lastUsedAt: null, lastUsedBy: null };
    const adopted = { ...issuer, limit: null, own: new Set<string>(), issued: [...issuer.issued, other] };
    const previous = {
      versionId: 'v0',
      labels: ['AWSPREVIOUS'],
      content: 'credential',
      id: 'other',
    } as const;
    const found = diagnose({
      facts: { ...facts, issuer: adopted, versions: [...versions, previous] },
      loginResult: good,
    });
    expect(found.map(({ code, fix }) => [code, fix])).toEqual([['not-ours', null]]);
    expect(found[0]?.state).toContain('credential other, which a version of the secret names');
  });

  it('has nothing switched on that is not provably ours', () => {
    const { issuer } = facts;
    if (issuer.kind !== 'issuing') throw new Error('not issuing');
    const off = issuer.issued.map((one) => ({ ...one, active: false }));
    const fixes = (own: ReadonlySet<string>) =>
      diagnose({ facts: { ...facts, issuer: { ...issuer, own, issued: off } }, loginResult: good })
        .filter(({ code }) => code === 'current-inactive')
        .map(({ fix }) => fix);
    expect(fixes(issuer.own)).toEqual([{ step: 'reactivate', id: 'AKIA1' }]);
    expect(fixes(new Set())).toEqual([null]);
  });
});
