import { describe, expect, it } from 'vitest';
import { SETTLING_MS } from '../../../functions/lifecycle/lease.ts';
import { mintName } from '../../../functions/lifecycle/ownership.ts';
import { type Done, goneAt, nextLookAt, refusedFrom } from '../../../functions/lifecycle/retirable.ts';
import type { Snapshot } from '../../../functions/lifecycle/snapshot.ts';
import type { IssuedCredential } from '../../../functions/providers/provider.ts';
import type { Deactivation, Mint } from '../../../functions/table/items.ts';
import { DAY_MS, HOUR_MS, issued, issuing, NOW, SECRET, situation, version, WAITS } from './snapshots.ts';

const MINUTE_MS = 60_000;
const { overlapMs: OVERLAP_MS, soakMs: SOAK_MS } = WAITS;

interface Changes extends Partial<Snapshot> {
  readonly issued?: readonly IssuedCredential[];
  readonly reversible?: boolean;
  readonly promotedAt?: number;
}

/** `old` was replaced by `new` as long ago as the overlap. */
function replaced({ issued: list, reversible = true, promotedAt = NOW - OVERLAP_MS, ...changes }: Changes) {
  return situation({
    secret: { ...SECRET, lastRotatedAt: promotedAt },
    versions: [version('new', ['AWSCURRENT', 'AWSPENDING']), version('old', ['AWSPREVIOUS'])],
    issuer: issuing(list ?? [issued('new'), issued('old')], { reversible, limit: 9 }),
    ...changes,
  });
}

function retired(changes: Changes) {
  const { retirement } = replaced(changes);
  return retirement.kind === 'plan' ? retirement.retirements : retirement.kind;
}

const inactive = (lastUsedAt: number | null = null) => [
  issued('new'),
  issued('old', { active: false, lastUsedAt }),
];
const deactivated = (deactivatedAt: number, more: Partial<Deactivation> = {}): Deactivation[] => [
  { credentialId: 'old', deactivatedAt, ...more },
];
/** The ledger saw it made then. */
const made = (credentialId: string, startedAt: number): Mint[] => [
  { token: `token of ${credentialId}`, startedAt, endsBy: startedAt, credentialId },
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
    expect(retired({ issued: [issued('new'), issued('old', { lastUsedAt })] })).toEqual([
      { id: 'old', action: 'deactivate' },
    ]);
  });

  it('is not replaced while it is newer than the current one', () => {
    expect(retired({ mints: made('old', NOW - 1) })).toEqual([
      { id: 'old', action: 'wait', reason: 'overlap', until: NOW - 1 + OVERLAP_MS },
    ]);
  });

  it('is replaced when the current version was born, if nobody dated a rotation then', () => {
    const versions = [
      version('new', ['AWSCURRENT'], { createdAt: NOW - 1 }),
      version('old', ['AWSPREVIOUS']),
    ];
    expect(retired({ versions })).toEqual([
      { id: 'old', action: 'wait', reason: 'overlap', until: NOW - 1 + OVERLAP_MS },
    ]);
  });

  it('is removed after overlap and soak where nothing can be deactivated', () => {
    const reversible = false;
    expect(retired({ reversible })).toEqual([
      { id: 'old', action: 'wait', reason: 'overlap', until: NOW + SOAK_MS },
    ]);
    const promotedAt = NOW - OVERLAP_MS - SOAK_MS;
    expect(retired({ reversible, promotedAt })).toEqual([{ id: 'old', action: 'remove', reason: 'disused' }]);
  });
});

describe('one whose password was stored after the secret was read, without any overlap', () => {
  const current = version('new', ['AWSCURRENT']);
  const empty = version(null, ['AWSPENDING'], { versionId: 'token of made' });
  const retiredOf = (versions: Snapshot['versions'], endsBy: number) => {
    const issuer = issuing([issued('new'), issued('made')], { limit: 9 });
    const mints = [{ token: 'token of made', startedAt: NOW - 60_000, endsBy, credentialId: 'made' }];
    const { retirement } = situation({ versions, issuer, mints }, { overlapMs: 0, soakMs: 0 });
    return retirement.kind === 'plan' ? retirement.retirements : retirement.kind;
  };
  const left = [{ id: 'made', action: 'leave', reason: 'pending' }];
  const switchedOff = [{ id: 'made', action: 'deactivate' }];

  it('is left alone while AWSPENDING stands on its version, which was read without a value', () => {
    expect(retiredOf([current, empty], NOW - 50_000)).toEqual(left);
  });

  it('is retired when another value stands there, or that version was current before', () => {
    expect(retiredOf([current, { ...empty, id: 'other', content: 'credential' }], NOW - 50_000)).toEqual(
      switchedOff,
    );
    const before = { ...empty, labels: ['AWSPENDING', 'AWSPREVIOUS'] };
    expect(retiredOf([current, before], NOW - 50_000)).toEqual(switchedOff);
    expect(retiredOf([current, { ...empty, labels: ['OTHER'] }], NOW - 50_000)).toEqual(switchedOff);
  });

  it('is left alone while reads may not show its version yet', () => {
    expect(retiredOf([current], NOW - SETTLING_MS + 1)).toEqual([
      { id: 'made', action: 'wait', reason: 'overlap', until: NOW + 1 },
    ]);
    expect(retiredOf([current], NOW - SETTLING_MS)).toEqual(switchedOff);
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

  it.each([
    ['it soaked', {}],
    ['its removal was cut short', { removedAt: 1 }],
  ])('begins its soak anew when %s before it was in use again, whoever has used it since', (_what, more) => {
    const list = [
      issued('old', { active: false, createdAt: 0, lastUsedAt: NOW - 1 }),
      issued('new', { createdAt: 2 }),
    ];
    const recorded = (...about: Parameters<typeof deactivated>) =>
      retired({ issued: list, deactivations: deactivated(...about) });
    expect(recorded(1, more)).toEqual([{ id: 'old', action: 'begin-soak' }]);
    expect(recorded(2, more)).not.toEqual([{ id: 'old', action: 'begin-soak' }]);
    expect(recorded(1, { ...more, quarantined: true })).toMatchObject([{ action: 'remove' }]);
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

describe('one that somebody went back from, with its AWSPENDING left on it,', () => {
  const versions = [version('new', ['AWSCURRENT']), version('old', ['AWSPREVIOUS', 'AWSPENDING'])];

  it('is retired like any other that was replaced, and has its date', () => {
    expect(retired({ versions })).toEqual([{ id: 'old', action: 'deactivate' }]);
    const early = replaced({ versions, promotedAt: NOW - 1 });
    const done = early.retirement.kind === 'plan' ? early.retirement.retirements : [];
    expect(nextLookAt(early, done)).toBe(NOW - 1 + OVERLAP_MS);
  });
});

describe('what is never touched', () => {
  it('the current one, a pending one, one that is not provably ours', () => {
    const all = [issued('new'), issued('next'), issued('foreign')];
    const versions = [version('new', ['AWSCURRENT']), version('next', ['AWSPENDING'])];
    expect(retired({ issued: all, versions })).toEqual([
      { id: 'next', action: 'leave', reason: 'pending' },
      { id: 'foreign', action: 'leave', reason: 'not-ours' },
    ]);
  });

  it('anything, when the current one is gone or inactive', () => {
    expect(retired({ issued: [issued('old')] })).toBe('current-not-active');
    expect(retired({ issued: [issued('new', { active: false }), issued('old')] })).toBe('current-not-active');
  });

  it('before the first rotation anything but an orphan', () => {
    const lost = { token: 'dead', startedAt: NOW - HOUR_MS, endsBy: NOW - HOUR_MS, credentialId: null };
    const orphan = issued('orphan', { createdAt: NOW - HOUR_MS });
    const first = {
      issued: [issued('old'), orphan],
      mints: [lost, ...made('old', 0)],
      versions: [version(null, ['AWSCURRENT'], { content: 'seed' })],
    };
    expect(retired(first)).toEqual([{ id: 'orphan', action: 'remove', reason: 'orphan' }]);
  });

  it('one that its name tells before the ledger has been told its id: somebody may be about to store it', () => {
    const named = { keepsNames: true, nameLimit: 100 };
    const underWay = { token: 'next', startedAt: NOW - 1, endsBy: NOW + 1, credentialId: null };
    const name = mintName(SECRET.arn, 'next', 100);
    const list = [issued('new'), issued('next', { name })];
    const issuer = issuing(list, { ...named, limit: null });
    expect(retired({ issuer, mints: [underWay] })).toEqual([
      { id: 'next', action: 'leave', reason: 'pending' },
    ]);
  });

  it.each([
    ['the ledger knows its id', { endsBy: NOW + 1, credentialId: 'next' }],
    ['the time in which it could be stored is over', { endsBy: NOW - 15_000, credentialId: null }],
  ])('but not for longer than that: %s', (_why, attempt) => {
    const name = mintName(SECRET.arn, 'next', 100);
    const list = [issued('new'), issued('next', { name, lastUsedAt: NOW - 1 })];
    const issuer = issuing(list, { keepsNames: true, nameLimit: 100, limit: null });
    const mints = [{ token: 'next', startedAt: NOW - 20_000, ...attempt }];
    expect(retired({ issuer, mints })).toMatchObject([{ id: 'next', action: 'wait', reason: 'overlap' }]);
  });

  it('anything, where logins are set and none is issued', () => {
    expect(retired({ issuer: { kind: 'setting', logins: ['new', 'old'] } })).toEqual([]);
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
    [
      'of unknown password',
      { deactivations: deactivated(0, { removedAt }), versions: [version('new', ['AWSCURRENT'])] },
    ],
  ])('is not tried when it is %s', (_why, changes) => {
    expect(retired({ ...gone, ...changes })).toEqual([]);
  });

  it('is not tried while the provider still lists it', () => {
    const deactivations = deactivated(NOW - SOAK_MS, { removedAt });
    expect(retired({ issued: inactive(), deactivations })).toMatchObject([{ action: 'remove' }]);
  });
});

describe('when a replaced credential will be gone', () => {
  const gone = (changes: Changes) => {
    const seen = replaced(changes);
    const old =
      seen.issuer.kind === 'issuing' ? seen.issuer.issued.find(({ id }) => id === 'old') : undefined;
    return goneAt(old ?? expect.fail(), seen);
  };

  /** A look comes every 15 minutes, and has five to come to it. */
  const LOOK_MS = 20 * MINUTE_MS;

  it.each<[string, Changes, number | null]>([
    [
      'in its overlap: after that, a look and the soak',
      { promotedAt: NOW - 1 },
      NOW - 1 + OVERLAP_MS + LOOK_MS + SOAK_MS,
    ],
    [
      'when nothing can be switched off: after both',
      { promotedAt: NOW, reversible: false },
      NOW + OVERLAP_MS + SOAK_MS,
    ],
    [
      'in use: when it has been quiet for one overlap, and the soak is over',
      { promotedAt: NOW - 9 * DAY_MS, issued: [issued('new'), issued('old', { lastUsedAt: NOW - 1 })] },
      NOW - 1 + OVERLAP_MS + LOOK_MS + SOAK_MS,
    ],
    ['out of its overlap and unused: after the soak that the next look begins', {}, NOW + LOOK_MS + SOAK_MS],
    [
      'in its soak: at its end',
      { issued: inactive(), deactivations: deactivated(NOW - 1) },
      NOW - 1 + SOAK_MS,
    ],
    [
      'switched off by somebody else while in use: after the soak that the next look begins, too',
      { issued: inactive(NOW - 1) },
      NOW + LOOK_MS + SOAK_MS,
    ],
    [
      'switched off by somebody else: after the soak that the next look begins',
      { issued: inactive() },
      NOW + LOOK_MS + SOAK_MS,
    ],
    ['with its soak over: now', { issued: inactive(), deactivations: deactivated(0) }, NOW],
    [
      'used again in its soak: when it is quiet for one overlap, and a new soak',
      { promotedAt: NOW - 9 * DAY_MS, issued: inactive(NOW - 1), deactivations: deactivated(NOW - 2) },
      NOW - 1 + OVERLAP_MS + LOOK_MS + SOAK_MS,
    ],
    ['while the current one is gone: never, by us', { issued: [issued('old')] }, null],
    [
      'when it is not ours: never, by us',
      { issued: [issued('new'), issued('old')], versions: [version('new', ['AWSCURRENT'])] },
      null,
    ],
  ])('%s', (_when, changes, at) => {
    expect(gone(changes)).toBe(at);
  });

  it('at once where there is no soak: then no look has to begin it', () => {
    expect(goneAt(issued('old'), { ...replaced({}), soakMs: 0 })).toBe(NOW);
  });

  it('it must let nobody in a quarter of an hour after the latest look that removes it', () => {
    expect(refusedFrom(NOW, WAITS)).toBe(NOW + OVERLAP_MS + SOAK_MS + LOOK_MS + 15 * MINUTE_MS);
  });
});

describe('the next look', () => {
  const next = (done: readonly Done[], changes: Changes = {}) => nextLookAt(replaced(changes), done);

  it.each<[string, Done, number | null]>([
    ['at the end of a wait', { id: 'old', action: 'wait', reason: 'overlap', until: NOW + 7 }, NOW + 7],
    ['at the end of the soak', { id: 'old', action: 'deactivate' }, NOW + SOAK_MS],
    ['at the end of one that begins now', { id: 'old', action: 'begin-soak' }, NOW + SOAK_MS],
    [
      'when one that came back has been quiet',
      { id: 'old', action: 'reactivate', lastUsedAt: NOW - 1, lastUsedBy: null },
      NOW - 1 + OVERLAP_MS,
    ],
    [
      'when a removed one must be refused',
      { id: 'old', action: 'remove', reason: 'disused' },
      NOW + 15 * MINUTE_MS,
    ],
    [
      'never for a removed one whose password nobody has',
      { id: 'gone', action: 'remove', reason: 'orphan' },
      null,
    ],
    ['never for what is not ours', { id: 'foreign', action: 'leave', reason: 'not-ours' }, null],
    ['never when it was refused', { id: 'old', action: 'confirm-refusal', login: 'refused' }, null],
    [
      'an hour after a login that proved nothing',
      { id: 'old', action: 'confirm-refusal', login: 'unknown' },
      NOW + HOUR_MS,
    ],
  ])('is due %s', (_when, done, at) => {
    expect(next([done])).toBe(at);
  });

  it('is the first of several, one that was removed before among them', () => {
    const later = { id: 'x', action: 'wait', reason: 'overlap', until: NOW + DAY_MS } as const;
    expect(next([later, { ...later, until: NOW + 5 }])).toBe(NOW + 5);
    const deactivations = deactivated(0, { removedAt: NOW - 1 });
    expect(next([later], { issued: [issued('new')], deactivations })).toBe(NOW - 1 + 15 * MINUTE_MS);
    expect(next([])).toBeNull();
    // What was due now was done now.
    const dueNow = deactivated(0, { removedAt: NOW - 15 * MINUTE_MS });
    expect(next([], { issued: [issued('new')], deactivations: dueNow })).toBeNull();
  });
});
