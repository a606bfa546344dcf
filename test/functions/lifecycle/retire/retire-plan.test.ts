import { describe, expect, it } from 'vitest';
import { planHeal } from '../../../../functions/lifecycle/heal-plan.ts';
import { planRetirement, type RetirementFacts } from '../../../../functions/lifecycle/retire/retire-plan.ts';
import type { IssuedCredential } from '../../../../functions/providers/provider.ts';
import type { SecretDescription } from '../../../../functions/secrets/secret-reader.ts';
import type { Mint } from '../../../../functions/table/items.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const NOW = 1000 * DAY_MS;
const OVERLAP_MS = 48 * HOUR_MS;
const SOAK_MS = 72 * HOUR_MS;

function issued(id: string, changes: Partial<IssuedCredential> = {}): IssuedCredential {
  return { id, name: null, active: true, createdAt: 0, lastUsedAt: null, lastUsedBy: null, ...changes };
}

/** `old` was replaced by `new` as long ago as the overlap. */
function facts(changes: Partial<RetirementFacts>): RetirementFacts {
  return {
    now: NOW,
    provider: { reversible: true },
    issued: [issued('new'), issued('old')],
    currentId: 'new',
    pendingIds: new Set(),
    ownIds: new Set(['new', 'old']),
    orphans: new Set(),
    knownIds: new Set(['new', 'old']),
    promotedAt: NOW - OVERLAP_MS,
    madeAt: new Map(),
    deactivations: [],
    overlapMs: OVERLAP_MS,
    soakMs: SOAK_MS,
    ...changes,
  };
}

function retired(changes: Partial<RetirementFacts>) {
  const plan = planRetirement(facts(changes));
  return plan.kind === 'plan' ? plan.retirements : plan.kind;
}

const inactive = (lastUsedAt: number | null = null) => [
  issued('new'),
  issued('old', { active: false, lastUsedAt }),
];
const deactivated = (deactivatedAt: number, more: object = {}) => [
  { credentialId: 'old', deactivatedAt, ...more },
];

describe('an active replaced credential', () => {
  it('waits until the overlap is over, to the millisecond', () => {
    const promotedAt = NOW - OVERLAP_MS + 1;
    expect(retired({ promotedAt })).toEqual([
      { id: 'old', action: 'wait', reason: 'overlap', until: NOW + 1 },
    ]);
    expect(retired({})).toEqual([{ id: 'old', action: 'deactivate' }]);
  });

  it('waits, and says who uses it, until it was quiet for one overlap', () => {
    const used = (lastUsedAt: number) => [issued('new'), issued('old', { lastUsedAt, lastUsedBy: 's3' })];
    const promotedAt = NOW - 10 * DAY_MS;
    expect(retired({ promotedAt, issued: used(NOW - OVERLAP_MS + 1) })).toEqual([
      {
        id: 'old',
        action: 'wait',
        reason: 'in-use',
        until: NOW + 1,
        lastUsedAt: NOW - OVERLAP_MS + 1,
        lastUsedBy: 's3',
      },
    ]);
    expect(retired({ promotedAt, issued: used(NOW - OVERLAP_MS) })).toEqual([
      { id: 'old', action: 'deactivate' },
    ]);
  });

  it('may have been used up to its replacement', () => {
    const lastUsedAt = NOW - OVERLAP_MS;
    expect(
      retired({ issued: [issued('new'), issued('old', { lastUsedAt })], overlapMs: OVERLAP_MS }),
    ).toEqual([{ id: 'old', action: 'deactivate' }]);
  });

  it('is not replaced while it is newer than the current one', () => {
    expect(retired({ madeAt: new Map([['old', NOW - 1]]) })).toEqual([
      { id: 'old', action: 'wait', reason: 'overlap', until: NOW - 1 + OVERLAP_MS },
    ]);
  });

  it('is removed after overlap and soak where nothing can be deactivated', () => {
    const provider = { reversible: false };
    expect(retired({ provider })).toEqual([
      { id: 'old', action: 'wait', reason: 'overlap', until: NOW + SOAK_MS },
    ]);
    const promotedAt = NOW - OVERLAP_MS - SOAK_MS;
    expect(retired({ provider, promotedAt })).toEqual([{ id: 'old', action: 'remove', reason: 'disused' }]);
  });
});

describe('an inactive one', () => {
  it('soaks from the time that the ledger knows, then goes', () => {
    const deactivations = deactivated(NOW - SOAK_MS + 1);
    expect(retired({ issued: inactive(), deactivations })).toEqual([
      { id: 'old', action: 'wait', reason: 'soak', until: NOW + 1 },
    ]);
    expect(retired({ issued: inactive(), deactivations: deactivated(NOW - SOAK_MS) })).toEqual([
      { id: 'old', action: 'remove', reason: 'disused' },
    ]);
  });

  it('begins its soak when somebody else deactivated it', () => {
    expect(
      retired({ issued: inactive(), deactivations: [{ credentialId: 'other', deactivatedAt: 0 }] }),
    ).toEqual([{ id: 'old', action: 'begin-soak' }]);
  });

  it('goes at once when a crash cut its removal short', () => {
    const deactivations = deactivated(NOW, { removedAt: NOW });
    expect(retired({ issued: inactive(), deactivations })).toMatchObject([{ action: 'remove' }]);
  });

  it('comes back when a use shows that disuse was not proven, however late the provider tells', () => {
    const promotedAt = NOW - 20 * DAY_MS;
    const at = NOW - DAY_MS;
    const shown = (lastUsedAt: number) =>
      retired({ promotedAt, issued: inactive(lastUsedAt), deactivations: deactivated(at) });
    expect(shown(at + 1)).toEqual([
      { id: 'old', action: 'reactivate', lastUsedAt: at + 1, lastUsedBy: null },
    ]);
    expect(shown(at - OVERLAP_MS + 1)).toMatchObject([{ action: 'reactivate' }]);
    expect(shown(at - OVERLAP_MS)).toMatchObject([{ action: 'wait' }]);
  });

  it('does not come back for a use before it was replaced, nor from quarantine', () => {
    const deactivations = deactivated(NOW - HOUR_MS);
    expect(retired({ issued: inactive(NOW - OVERLAP_MS), deactivations })).toMatchObject([
      { action: 'wait' },
    ]);
    const quarantined = deactivated(NOW - HOUR_MS, { quarantined: true });
    expect(retired({ issued: inactive(NOW - 1), deactivations: quarantined })).toMatchObject([
      { action: 'wait' },
    ]);
  });
});

describe('what is never touched', () => {
  it('the current one, a pending one, one that is not provably ours', () => {
    const all = [issued('new'), issued('next'), issued('foreign')];
    expect(retired({ issued: all, pendingIds: new Set(['next']) })).toEqual([
      { id: 'next', action: 'leave', reason: 'pending' },
      { id: 'foreign', action: 'leave', reason: 'not-ours' },
    ]);
  });

  it('anything, when the current one is gone or inactive', () => {
    expect(retired({ issued: [issued('old')] })).toBe('current-not-active');
    expect(retired({ issued: [issued('new', { active: false }), issued('old')] })).toBe('current-not-active');
  });

  it('before the first rotation anything but an orphan', () => {
    const orphans = new Set(['old']);
    expect(retired({ currentId: null, orphans })).toEqual([
      { id: 'old', action: 'remove', reason: 'orphan' },
    ]);
    expect(retired({ currentId: null, orphans, pendingIds: orphans })).toMatchObject([{ action: 'leave' }]);
  });
});

describe('a removed one', () => {
  const gone = { issued: [issued('new')] };
  const removedAt = NOW - 15 * MINUTE_MS;

  it('must be seen to be refused, a quarter of an hour later', () => {
    const deactivations = deactivated(0, { removedAt });
    expect(retired({ ...gone, deactivations })).toEqual([{ id: 'old', action: 'confirm-refusal' }]);
    expect(retired({ ...gone, deactivations: deactivated(0, { removedAt: removedAt + 1 }) })).toEqual([]);
    expect(retired({ ...gone, deactivations: deactivated(0, { removedAt, refused: false }) })).toHaveLength(
      1,
    );
  });

  it.each([
    ['refused already', { deactivations: deactivated(0, { removedAt, refused: true }) }],
    ['only deactivated', { deactivations: deactivated(0) }],
    ['of unknown password', { deactivations: deactivated(0, { removedAt }), knownIds: new Set(['new']) }],
  ])('is not tried when it is %s', (_why, changes) => {
    expect(retired({ ...gone, ...changes })).toEqual([]);
  });

  it('is not tried while the provider still lists it', () => {
    const deactivations = deactivated(NOW - SOAK_MS, { removedAt });
    expect(retired({ issued: inactive(), deactivations })).toMatchObject([{ action: 'remove' }]);
  });
});

describe('an AWSPENDING that was left behind', () => {
  const mint: Mint = {
    token: 'dead',
    startedAt: NOW - 3 * DAY_MS,
    endsBy: NOW - 2 * DAY_MS,
    credentialId: 'old',
  };
  const secret = (changes: Partial<SecretDescription>) =>
    ({
      stages: { now: ['AWSCURRENT'], dead: ['AWSPENDING'] },
      lastChangedAt: null,
      ...changes,
    }) as SecretDescription;
  const heal = (mints: readonly Mint[], now = NOW, kind: 'issuing' | 'manual' = 'issuing', changes = {}) =>
    planHeal(secret(changes), mints, kind, now);

  it('is none on the current version, or on no version', () => {
    for (const stages of [{ dead: ['AWSCURRENT', 'AWSPENDING'] }, { now: ['AWSCURRENT'] }]) {
      expect(heal([mint], NOW, 'issuing', { stages })).toEqual({ kind: 'none' });
    }
  });

  it('is only a trace, too, on the version before the current one: its label goes, its credential stays', () => {
    const stages = { now: ['AWSCURRENT'], dead: ['AWSPREVIOUS', 'AWSPENDING'] };
    expect(heal([mint], NOW, 'issuing', { stages })).toEqual({ kind: 'unlabel', token: 'dead' });
  });

  it('is waited for: a day, or a week where a person has to act', () => {
    expect(heal([mint], mint.endsBy + DAY_MS - 1)).toEqual({
      kind: 'wait',
      token: 'dead',
      until: mint.endsBy + DAY_MS,
    });
    expect(heal([mint], mint.endsBy + DAY_MS)).toEqual({ kind: 'abandon', token: 'dead', mint });
    expect(heal([mint], NOW, 'manual')).toMatchObject({ kind: 'wait', until: mint.endsBy + 7 * DAY_MS });
  });

  it('counts from the last change of the secret when that was later, and without an attempt at all', () => {
    const lastChangedAt = NOW - DAY_MS + 1;
    expect(heal([mint], NOW, 'issuing', { lastChangedAt })).toMatchObject({ kind: 'wait', until: NOW + 1 });
    expect(heal([], NOW, 'issuing', { lastChangedAt: lastChangedAt - 1 })).toEqual({
      kind: 'abandon',
      token: 'dead',
      mint: { token: 'dead', startedAt: 0, endsBy: 0, credentialId: null },
    });
  });

  it('is healed only when no step that began before can still run', () => {
    const abandoned = { ...mint, abandonedAt: NOW - 16 * MINUTE_MS + 1 };
    expect(heal([abandoned])).toEqual({ kind: 'wait', token: 'dead', until: NOW + 1 });
    expect(heal([{ ...mint, token: 'other' }, abandoned], NOW + 1)).toEqual({
      kind: 'heal',
      token: 'dead',
      mint: abandoned,
    });
  });
});
