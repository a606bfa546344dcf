import { describe, expect, it } from 'vitest';
import {
  ATTEMPT_LEASE_MS,
  LONGEST_STEP_MS,
  lease,
  SETTLING_MS,
} from '../../../../functions/lifecycle/lease.ts';
import { decideStep, STEPS, type Step } from '../../../../functions/lifecycle/rotate/step-decision.ts';
import type { Snapshot } from '../../../../functions/lifecycle/snapshot.ts';
import type { Mint, VersionProof } from '../../../../functions/table/items.ts';
import { snapshot, version } from '../snapshots.ts';

const NOW = 1_000_000_000;
const HOUR_MS = 60 * 60_000;
const open: Mint = { token: 'mine', startedAt: NOW - 60_000, endsBy: NOW - 45_000, credentialId: null };
const proof = {
  token: 'mine',
  startedAt: NOW - 30_000,
  provenAt: NOW - 20_000,
  provenBy: 'testSecret',
} satisfies VersionProof;
const closed: Mint = { ...open, credentialId: 'AKIA1' };

interface Seen extends Partial<Pick<Snapshot, 'now' | 'mints' | 'proof' | 'settled'>> {
  readonly stored?: boolean;
  readonly replaced?: boolean;
}

function planned(step: Step, { stored = false, replaced = false, ...seen }: Seen) {
  const labels = replaced ? ['AWSPREVIOUS', 'AWSPENDING'] : ['AWSPENDING'];
  const mine = version(stored ? 'AKIA1' : null, labels, { versionId: 'mine' });
  const versions = [version('new', ['AWSCURRENT']), mine, version('old', replaced ? [] : ['AWSPREVIOUS'])];
  return decideStep(step, 'mine', snapshot({ now: NOW, versions, ...seen }));
}

describe('what a step does', () => {
  it.each([
    ['createSecret', 'already-made'],
    ['setSecret', 'set'],
    ['testSecret', 'prove'],
    ['finishSecret', 'prove-and-promote'],
  ] as const)('%s with a stored value: %s', (step, kind) => {
    expect(planned(step, { stored: true, mints: [closed] }).kind).toBe(kind);
  });

  it.each<[string, Seen, 'promote' | 'prove-and-promote']>([
    ['with its proof', {}, 'promote'],
    [
      'with its proof, after what was made for another token before it',
      { mints: [closed, { ...closed, token: 'other' }] },
      'promote',
    ],
    ['with a proof of the last minute that it holds', { now: proof.provenAt + HOUR_MS }, 'promote'],
    [
      'with its proof, begun at the moment in which the last lease ended',
      { mints: [{ ...closed, endsBy: proof.startedAt }] },
      'promote',
    ],
    [
      'with a proof that was never made, on a clock that has just begun',
      { now: 1, proof: { ...proof, provenAt: null } },
      'prove-and-promote',
    ],
    ['without any proof', { proof: null }, 'prove-and-promote'],
    ['when it was tried again, and not proven', { proof: { ...proof, provenAt: null } }, 'prove-and-promote'],
    ['with the proof of another version', { proof: { ...proof, token: 'other' } }, 'prove-and-promote'],
    ['with an outdated proof', { now: proof.provenAt + HOUR_MS + 1 }, 'prove-and-promote'],
    ['when it was current before', { replaced: true }, 'prove-and-promote'],
    [
      'when its password was set again after the proof',
      { mints: [{ ...closed, startedAt: NOW - 9, endsBy: NOW - 5 }] },
      'prove-and-promote',
    ],
    [
      'when its password was set again while it was proven',
      { mints: [{ ...closed, endsBy: proof.startedAt + 1 }] },
      'prove-and-promote',
    ],
    [
      'when a process may be setting it now',
      { mints: [{ ...closed, endsBy: NOW + 9 }] },
      'prove-and-promote',
    ],
    [
      'when another token has had a password set since',
      { mints: [closed, { ...closed, token: 'other', endsBy: NOW }] },
      'prove-and-promote',
    ],
  ])('finishSecret %s', (_name, facts, kind) => {
    expect(planned('finishSecret', { stored: true, mints: [closed], proof, ...facts }).kind).toBe(kind);
  });

  it('never makes a second credential for a token that has a value, whatever the ledger says', () => {
    for (const mints of [[], [open], [closed], [{ ...open, token: 'other', endsBy: NOW + 1 }]]) {
      expect(planned('createSecret', { stored: true, mints }).kind).toBe('already-made');
    }
  });

  it('tells the ledger which credential was stored when a crash kept that from it', () => {
    expect(planned('createSecret', { stored: true, mints: [open] })).toEqual({
      kind: 'already-made',
      record: open,
    });
    expect(planned('createSecret', { stored: true, mints: [closed] })).toMatchObject({ record: null });
    expect(planned('createSecret', { stored: true })).toMatchObject({ record: null });
  });

  it.each(STEPS)('%s waits a second for a value that the ledger knows was stored', (step) => {
    expect(planned(step, { mints: [closed] })).toEqual({
      kind: 'wait',
      until: NOW + 1000,
      message: 'the pending version was stored but cannot be read yet; try again',
    });
  });

  it.each([
    ['createSecret', { kind: 'make' }],
    ['testSecret', { kind: 'preflight' }],
    ['setSecret', { kind: 'refuse', message: expect.stringContaining('has no value') }],
    ['finishSecret', { kind: 'refuse', message: expect.stringContaining('has no value') }],
  ] as const)('%s on a version without a value', (step, expected) => {
    expect(planned(step, {})).toEqual(expected);
  });

  it.each(STEPS)('%s does nothing any more for a rotation that was given up', (step) => {
    const mints = [{ ...closed, abandonedAt: NOW - 1 }];
    for (const stored of [true, false]) {
      expect(planned(step, { stored, mints })).toMatchObject({
        kind: 'refuse',
        message: expect.stringMatching(/was given up/),
      });
    }
  });

  it.each(STEPS)(
    '%s looks again when AWSCURRENT moved while it looked, unless its own value is there',
    (step) => {
      expect(planned(step, { settled: false })).toEqual({
        kind: 'wait',
        until: NOW + 1000,
        message: 'AWSCURRENT moved while the secret was read; try again',
      });
      expect(planned(step, { settled: false, stored: true }).kind).not.toBe('wait');
    },
  );

  it('is not stopped by what became of another token', () => {
    const mints = [{ ...closed, token: 'other', abandonedAt: NOW - 1 }];
    expect(planned('createSecret', { mints }).kind).toBe('make');
  });

  it('waits until every lease is over, and an open attempt has settled', () => {
    const mine = { ...open, endsBy: NOW + 5 };
    const other = { ...closed, token: 'other', endsBy: NOW + 5 + SETTLING_MS + 1 };
    const message = 'another process may still be making a credential for this secret; try again';
    expect(planned('createSecret', { mints: [mine] })).toEqual({
      kind: 'wait',
      until: NOW + 5 + SETTLING_MS,
      message,
    });
    expect(planned('createSecret', { mints: [other, mine] })).toMatchObject({ until: other.endsBy });
    expect(planned('createSecret', { mints: [{ ...open, endsBy: NOW - SETTLING_MS }] }).kind).toBe('make');
    expect(planned('createSecret', { mints: [{ ...closed, token: 'other', endsBy: NOW }] }).kind).toBe(
      'make',
    );
  });

  it('tries again what was refused before: the reason may be gone', () => {
    const refused = { token: 'mine', startedAt: 0, endsBy: 0, credentialId: null, refusedAt: NOW - 1 };
    expect(planned('createSecret', { mints: [refused] }).kind).toBe('make');
  });

  it('waits for a process that undoes an abandoned attempt', () => {
    const undone = { ...closed, token: 'other', undoneBy: NOW + 7 };
    expect(planned('createSecret', { mints: [undone] })).toMatchObject({ kind: 'wait', until: NOW + 7 });
  });
});

describe('a lease', () => {
  it('is open, and long enough for one credential', () => {
    expect(lease('mine', NOW)).toEqual({
      token: 'mine',
      startedAt: NOW,
      endsBy: NOW + ATTEMPT_LEASE_MS,
      credentialId: null,
    });
    expect([ATTEMPT_LEASE_MS, SETTLING_MS, LONGEST_STEP_MS]).toEqual([15_000, 15_000, 6 * 60_000]);
  });
});
