import { describe, expect, it } from 'vitest';
import { diagnose } from '../../../../functions/lifecycle/operate/diagnosis.ts';
import { QUARANTINED, type Snapshot } from '../../../../functions/lifecycle/snapshot.ts';
import { resultWith } from '../../../../functions/smtp/login-result.ts';
import { DAY_MS, issued, issuing, NOW, SECRET, situation, version } from '../snapshots.ts';

const CURRENT = version('AKIA1', ['AWSCURRENT']);
const KEY = issued('AKIA1');
const good = resultWith('valid');

const issuesOf = (changes: Partial<Snapshot>, loginResult = good) =>
  diagnose({
    situation: situation({ versions: [CURRENT], issuer: issuing([KEY]), ...changes }),
    loginResult,
  });
const codes = (...about: Parameters<typeof issuesOf>) => issuesOf(...about).map(({ code }) => code);

describe('the diagnosis', () => {
  it('is empty when nothing is wrong', () => {
    expect(codes({})).toEqual([]);
  });

  it('says that a rotation is overdue from the moment that its window has closed', () => {
    const due = (nextRotationAt: number) =>
      codes({ secret: { ...SECRET, schedule: { ...SECRET.schedule, nextRotationAt } } });
    expect([due(NOW - DAY_MS), due(NOW - DAY_MS - 1)]).toEqual([[], ['overdue']]);
  });

  it('tells a login that proved nothing from one that was refused', () => {
    expect(codes({}, resultWith('unreachable'))).toEqual(['current-unproven']);
    expect(codes({}, resultWith('rejected'))).toEqual(['current-refused']);
  });

  it.each<[string, Partial<Snapshot>]>([
    ['its label', { versions: [{ ...CURRENT, labels: ['AWSCURRENT', QUARANTINED] }] }],
    ['the ledger', { deactivations: [{ credentialId: 'AKIA1', deactivatedAt: 1, quarantined: true }] }],
  ])('finds a quarantined credential current, by %s, and does not switch it on', (_by, changes) => {
    expect(codes(changes)).toEqual(['current-quarantined']);
  });

  it('never calls the current credential an orphan, or one of a provider without a limit foreign', () => {
    const mints = [{ token: 'dead', startedAt: 0, endsBy: 0, credentialId: null }];
    expect(codes({ mints })).toEqual([]);
    const both = [KEY, issued('other')];
    expect(codes({ issuer: issuing(both, { limit: null }) })).toEqual([]);
    expect(codes({ issuer: issuing(both, { limit: 3 }) })).toEqual(['not-ours']);
  });

  it('says of a credential in a version that is not provably ours that nobody here retires it, unless it is current', () => {
    const previous = version('other', ['AWSPREVIOUS']);
    const issuer = issuing([KEY, issued('other')], { limit: null, keepsNames: true, nameLimit: 100 });
    const found = issuesOf({ issuer, versions: [CURRENT, previous] });
    expect(found.map(({ code, fix }) => [code, fix])).toEqual([['not-ours', null]]);
    expect(found[0]?.state).toContain('credential other, which a version of the secret names');
  });

  it('has nothing switched on that is not provably ours', () => {
    const off = [issued('AKIA1', { active: false })];
    const fixes = (changes: Parameters<typeof issuing>[1]) =>
      issuesOf({ issuer: issuing(off, changes) })
        .filter(({ code }) => code === 'current-inactive')
        .map(({ fix }) => fix);
    expect(fixes({})).toEqual([{ kind: 'act', step: 'reactivate', id: 'AKIA1' }]);
    expect(fixes({ keepsNames: true, nameLimit: 100 })).toEqual([null]);
  });

  it('gives the reason and the date when the next rotation would fail, though nothing else is wrong', () => {
    const previous = version('old', ['AWSPREVIOUS']);
    const found = issuesOf({
      secret: { ...SECRET, lastRotatedAt: NOW },
      versions: [CURRENT, previous],
      issuer: issuing([KEY, issued('old')]),
    });
    // Overlap, the look that ends it, and soak.
    const possibleFrom = NOW + 5 * DAY_MS + 20 * 60_000;
    expect(found).toEqual([
      {
        code: 'rotation-not-possible',
        state: expect.stringContaining(`Possible from ${new Date(possibleFrom).toISOString()}`),
        nextAction: `keyturn rotate, from ${new Date(possibleFrom).toISOString()} on.`,
        fix: null,
        reason: 'no-slot',
        possibleFrom,
      },
    ]);
  });

  it('sets no rotation up while AWSPENDING stands in its way', () => {
    const versions = [CURRENT, version(null, ['AWSPENDING'])];
    const fixes = (pending: boolean, lastChangedAt: number) =>
      issuesOf({
        secret: { ...SECRET, rotationEnabled: false, lastChangedAt },
        versions: pending ? versions : [CURRENT],
      }).map(({ code, fix }) => [code, fix && 'step' in fix ? fix.step : null]);
    expect(fixes(false, NOW)).toEqual([['no-schedule', 'enable-schedule']]);
    expect(fixes(true, NOW)).toContainEqual(['no-schedule', null]);
    expect(fixes(true, 0)).toEqual([
      ['pending-stuck', 'give-up-pending'],
      ['no-schedule', null],
    ]);
  });

  it('expects no rotation of a secret that nobody is to rotate', () => {
    const secret = { ...SECRET, rotationEnabled: null };
    for (const kind of ['none', 'manual'] as const) {
      expect(codes({ secret, issuer: { kind } })).toEqual([]);
      expect(codes({ issuer: { kind } })).toEqual(['rotation-not-possible']);
    }
    expect(codes({ secret })).toEqual(['no-schedule']);
  });
});
