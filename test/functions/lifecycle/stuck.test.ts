import { describe, expect, it } from 'vitest';
import { LONGEST_STEP_MS, SETTLING_MS, STEP_TIMEOUT_MS } from '../../../functions/lifecycle/lease.ts';
import type { Snapshot } from '../../../functions/lifecycle/snapshot.ts';
import {
  isStuck,
  nextHealAt,
  type Patience,
  pendingByLabels,
  pendingState,
  planHeal,
} from '../../../functions/lifecycle/stuck.ts';
import type { Mint } from '../../../functions/table/items.ts';
import { DAY_MS, issued, issuing, NOW, SECRET, snapshot, version } from './snapshots.ts';

const mint: Mint = {
  token: 'dead',
  startedAt: NOW - 3 * DAY_MS,
  endsBy: NOW - 2 * DAY_MS,
  credentialId: 'next',
};
const dead = (id: string | null = 'next', labels = ['AWSPENDING']) =>
  version(id, labels, { versionId: 'dead' });
const current = version('new', ['AWSCURRENT']);

/** A rotation whose last sign of life is its mint. */
const pending = (changes: Partial<Snapshot> = {}) =>
  pendingState(
    snapshot({
      versions: [current, dead()],
      issuer: issuing([issued('new'), issued('next')]),
      mints: [mint],
      ...changes,
    }),
  );
const plan = (changes: Partial<Snapshot> = {}, now = NOW, patience: Patience = 'patient') =>
  planHeal(pending(changes), now, patience);

describe('AWSPENDING', () => {
  it('is nothing on the current version, or on no version', () => {
    for (const versions of [[version('new', ['AWSCURRENT', 'AWSPENDING'])], [current]]) {
      expect(pending({ versions })).toEqual({ kind: 'none' });
      expect(plan({ versions })).toEqual({ kind: 'none' });
    }
  });

  it('is only a trace, too, on the version before the current one: its label goes, its credential stays', () => {
    const versions = [current, dead('next', ['AWSPREVIOUS', 'AWSPENDING'])];
    expect(plan({ versions })).toEqual({ kind: 'unlabel', token: 'dead' });
    expect(isStuck(pending({ versions }), NOW)).toBe(true);
  });
});

describe('a rotation is stuck', () => {
  const stuckFrom = (changes: Partial<Snapshot> = {}) => {
    const state = pending(changes);
    return state.kind === 'open' ? state.stuckFrom : expect.fail(state.kind);
  };
  const fromThen = (time: number) => time + 4 * STEP_TIMEOUT_MS;

  it('when the timeouts of its four steps have passed since its last sign of life, to the millisecond', () => {
    const state = pending();
    expect(isStuck(state, fromThen(mint.endsBy) - 1)).toBe(false);
    expect(isStuck(state, fromThen(mint.endsBy))).toBe(true);
  });

  it.each<[string, Partial<Snapshot>, number]>([
    ['the end of its lease', {}, mint.endsBy],
    [
      'an open lease, once it has settled',
      { mints: [{ ...mint, credentialId: null }] },
      mint.endsBy + SETTLING_MS,
    ],
    ['the last change of the secret', { secret: { ...SECRET, lastChangedAt: NOW } }, NOW],
    [
      'its last test',
      { proof: { token: 'dead', startedAt: NOW, provenAt: null, provenBy: 'testSecret' } },
      NOW,
    ],
    ['none at all', { mints: [], secret: { ...SECRET, lastChangedAt: NOW - DAY_MS } }, NOW - DAY_MS],
  ])('counted from %s', (_sign, changes, time) => {
    expect(stuckFrom(changes)).toBe(fromThen(time));
  });

  it('at once when it was refused and has no value, since nobody is at work; a value says that somebody was', () => {
    const mints = [{ token: 'dead', startedAt: 0, endsBy: 0, credentialId: null, refusedAt: NOW }];
    expect(stuckFrom({ mints, versions: [current, dead(null)] })).toBe(NOW);
    expect(stuckFrom({ mints, secret: { ...SECRET, lastChangedAt: NOW } })).toBe(fromThen(NOW));
  });
});

describe('one that stands still', () => {
  it('is waited for: a day, or a week where a person has to act', () => {
    expect(plan({}, mint.endsBy + DAY_MS - 1)).toEqual({
      kind: 'wait',
      token: 'dead',
      until: mint.endsBy + DAY_MS,
    });
    expect(plan({}, mint.endsBy + DAY_MS)).toEqual({ kind: 'abandon', token: 'dead', mint });
    expect(plan({ issuer: { kind: 'manual' } })).toMatchObject({
      kind: 'wait',
      until: mint.endsBy + 7 * DAY_MS,
    });
  });

  it('is stuck for nobody, whoever asks, while a person has time to make the credential: a week', () => {
    const until = mint.endsBy + 7 * DAY_MS;
    const manual = { issuer: { kind: 'manual' } } as const;
    for (const versions of [
      [current, dead()],
      [current, dead(null)],
    ]) {
      expect(isStuck(pending({ ...manual, versions }), until - 1)).toBe(false);
      for (const patience of ['patient', 'when-stuck'] as const)
        expect(plan({ ...manual, versions }, until - 1, patience)).toMatchObject({ kind: 'wait', until });
      expect(plan({ ...manual, versions }, until, 'when-stuck')).toMatchObject({ kind: 'abandon' });
    }
  });

  it('counts from the last change of the secret when that was later, and without an attempt at all', () => {
    const lastChangedAt = NOW - DAY_MS + 1;
    expect(plan({ secret: { ...SECRET, lastChangedAt } })).toMatchObject({ kind: 'wait', until: NOW + 1 });
    expect(plan({ mints: [], secret: { ...SECRET, lastChangedAt: lastChangedAt - 1 } })).toEqual({
      kind: 'abandon',
      token: 'dead',
      mint: { token: 'dead', startedAt: 0, endsBy: 0, credentialId: null },
    });
  });

  it('is given up when it is stuck if somebody asks for it, and at once if somebody decides so', () => {
    const at = mint.endsBy + 1;
    expect(plan({}, at, 'when-stuck')).toEqual({
      kind: 'wait',
      token: 'dead',
      until: mint.endsBy + 4 * STEP_TIMEOUT_MS,
    });
    expect(plan({}, mint.endsBy + 4 * STEP_TIMEOUT_MS, 'when-stuck')).toMatchObject({ kind: 'abandon' });
    expect(plan({}, at, 'at-once')).toMatchObject({ kind: 'abandon' });
  });

  it('is healed only when no step that began before can still run', () => {
    const abandoned = { ...mint, abandonedAt: NOW - LONGEST_STEP_MS + 1 };
    expect(plan({ mints: [abandoned] })).toEqual({ kind: 'wait', token: 'dead', until: NOW + 1 });
    expect(plan({ mints: [{ ...mint, token: 'other' }, abandoned] }, NOW + 1)).toEqual({
      kind: 'heal',
      token: 'dead',
      mint: abandoned,
    });
  });

  it('is healed at once when it was refused: no step has made anything in its name', () => {
    const refused = { token: 'dead', startedAt: 0, endsBy: 0, credentialId: null, refusedAt: NOW };
    const versions = [current, dead(null)];
    const healed = { kind: 'heal', token: 'dead', mint: { ...refused, abandonedAt: NOW } };
    expect(plan({ mints: [refused], versions })).toEqual(healed);
    expect(plan({ mints: [{ ...refused, abandonedAt: NOW }], versions })).toEqual(healed);
  });

  it('is stuck, and given up, from the refusal on', () => {
    const refused = { token: 'dead', startedAt: 0, endsBy: 0, credentialId: null, refusedAt: NOW };
    expect(pending({ mints: [refused], versions: [current, dead(null)] })).toMatchObject({
      stuckFrom: NOW,
      givenUpFrom: NOW,
    });
  });

  it('is stuck as soon as it was given up, however lately a step was at work', () => {
    const lately = { ...mint, endsBy: NOW };
    expect(isStuck(pending({ mints: [lately] }), NOW)).toBe(false);
    expect(isStuck(pending({ mints: [{ ...lately, abandonedAt: NOW }] }), NOW)).toBe(true);
    expect(isStuck({ kind: 'none' }, NOW)).toBe(false);
  });
});

describe('by labels and dates alone', () => {
  const secret = { ...SECRET, lastChangedAt: NOW, stages: { a: ['AWSCURRENT'], b: ['AWSPENDING'] } };

  it('a pending version is given up after a day; where a person makes the credential it is stuck, too, only after a week', () => {
    expect(pendingByLabels(secret, false)).toMatchObject({
      kind: 'open',
      token: 'b',
      stuckFrom: NOW + 4 * STEP_TIMEOUT_MS,
      givenUpFrom: NOW + DAY_MS,
    });
    const week = NOW + 7 * DAY_MS;
    expect(pendingByLabels(secret, true)).toMatchObject({ stuckFrom: week, givenUpFrom: week });
  });
});

describe('the next look for its sake', () => {
  it.each([
    ['at the end of a wait', { kind: 'wait', token: 'dead', until: NOW + 7 }, NOW + 7],
    ['when no step can be at work any more', { kind: 'abandon', token: 'dead', mint }, NOW + LONGEST_STEP_MS],
    ['never when it is healed', { kind: 'heal', token: 'dead', mint }, null],
    ['never when there is none', { kind: 'none' }, null],
  ] as const)('is due %s', (_when, healing, at) => {
    expect(nextHealAt(healing, NOW)).toBe(at);
  });
});
