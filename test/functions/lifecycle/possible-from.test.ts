import { describe, expect, it } from 'vitest';
import { UNRULED } from '../../../functions/lifecycle/endpoints.ts';
import { NOTHING_DONE } from '../../../functions/lifecycle/operate/decision.ts';
import { decideRotate } from '../../../functions/lifecycle/operate/rotate-now.ts';
import {
  awaitsPerson,
  howToEnd,
  isPossible,
  type NotPossible,
  possibleFrom,
} from '../../../functions/lifecycle/possible-from.ts';
import { situationOf } from '../../../functions/lifecycle/situation.ts';
import type { Snapshot } from '../../../functions/lifecycle/snapshot.ts';
import type { Mint } from '../../../functions/table/items.ts';
import {
  DAY_MS,
  HOUR_MS,
  issued,
  issuing,
  NOW,
  SECRET,
  situation,
  snapshot,
  version,
  WAITS,
} from './snapshots.ts';

const iso = (time: number) => new Date(time).toISOString();
const possibility = (changes: Partial<Snapshot> = {}, token: string | null = null) =>
  possibleFrom(situation(changes), token);

const current = version('new', ['AWSCURRENT']);
const pending = version('next', ['AWSPENDING'], { versionId: 'token' });

/** Both slots taken: `old` was replaced by `new` an hour ago. */
const full: Partial<Snapshot> = {
  secret: { ...SECRET, lastRotatedAt: NOW - HOUR_MS },
  versions: [current, version('old', ['AWSPREVIOUS'])],
  issuer: issuing([issued('new'), issued('old')]),
};

describe('a rotation is possible', () => {
  it.each<[string, Partial<Snapshot>]>([
    ['of a secret in order', {}],
    ['from a seed', { versions: [version(null, ['AWSCURRENT'], { content: 'seed' })], issuer: issuing([]) }],
    [
      'from nothing but a tag',
      { versions: [], secret: { ...SECRET, tags: { 'keyturn:iam-user': 'orders' } }, issuer: issuing([]) },
    ],
    ['of a login that takes a password', { issuer: { kind: 'setting', logins: ['new'] } }],
    [
      'of a provider without a limit',
      { ...full, issuer: issuing([issued('new'), issued('old')], { limit: null }) },
    ],
    [
      'when an orphan takes the last place: it goes first',
      {
        issuer: issuing([issued('new'), issued('lost', { createdAt: NOW - HOUR_MS })]),
        mints: [{ token: 'dead', startedAt: NOW - HOUR_MS, endsBy: NOW - HOUR_MS, credentialId: null }],
      },
    ],
    [
      'when AWSPENDING stands on the version before: only its label goes first',
      { versions: [current, version('old', ['AWSPREVIOUS', 'AWSPENDING'])] },
    ],
  ])('%s', (_which, changes) => {
    expect(possibility(changes)).toEqual({ possible: true });
  });
});

describe('a rotation is not possible, and a person has to act,', () => {
  const refusal = {
    reason: 'endpoint-changed',
    state: 'It names another place.',
    nextAction: 'Put it right.',
  } as const;

  it.each<[string, string, RegExp, Partial<Snapshot>]>([
    ['when the secret names no provider', 'no-provider', /names no `provider`/, { issuer: { kind: 'none' } }],
    [
      'when it has no value and no tag',
      'no-provider',
      /no value: store at least/,
      { versions: [version(null, ['AWSCURRENT'])] },
    ],
    [
      'when the current version is malformed',
      'malformed',
      /expected a port at \$\.port/,
      {
        versions: [
          version(null, ['AWSCURRENT'], { content: 'malformed', fault: 'expected a port at $.port' }),
        ],
      },
    ],
    [
      'where a person makes the credential',
      'manual',
      /keyturn rotate begins/,
      { issuer: { kind: 'manual' } },
    ],
    [
      'when it is not set up',
      'not-set-up',
      /not set up for this secret: keyturn doctor --fix/,
      { secret: { ...SECRET, rotationEnabled: null } },
    ],
    [
      'when it is not set up, where a person makes the credential: doctor sets none up there',
      'not-set-up',
      /not set up.*rotationDays/,
      { secret: { ...SECRET, rotationEnabled: null }, issuer: { kind: 'manual' } },
    ],
    [
      'when the provider belongs to another secret',
      'not-owner',
      /belongs to another/,
      { issuer: { kind: 'not-owner', message: 'it belongs to another' } },
    ],
    [
      'when the provider does not answer',
      'provider-trouble',
      /no such user/,
      { issuer: { kind: 'unreachable', message: 'no such user' } },
    ],
    [
      'when the current version names a place where nobody lets passwords go',
      'endpoint-changed',
      /another place\. Put it right/,
      { versions: [{ ...current, endpoints: { ...UNRULED, refusal } }] },
    ],
    [
      'when a key that somebody else made takes the last place',
      'no-slot',
      /all 2 .*new \(in this secret, AWSCURRENT\), foreign \(not ours\).*by hand/,
      { issuer: issuing([issued('new'), issued('foreign')]) },
    ],
    [
      'when nothing is retired, since the current credential is switched off',
      'no-slot',
      /switched off: keyturn doctor/,
      { ...full, issuer: issuing([issued('new', { active: false }), issued('old')]) },
    ],
    [
      'when a stuck rotation has left a credential that is not provably ours',
      'under-way',
      /not provably ours.*update-secret-version-stage.*--remove-from-version-id token/,
      { versions: [current, pending] },
    ],
  ])('%s: %s', (_when, reason, message, changes) => {
    expect(possibility(changes)).toEqual({
      possible: false,
      reason,
      message: expect.stringMatching(message),
      possibleFrom: null,
    });
  });
});

describe('a secret that Secrets Manager rotates with another function', () => {
  const ours = 'arn:aws:lambda:us-east-1:123456789012:function:rotate';
  const rotatedWith = (rotationFunction: string | null, changes: Partial<Snapshot> = {}) => {
    const { secret = SECRET } = changes;
    const seen = snapshot({ ...changes, secret: { ...secret, rotationFunction } });
    return possibleFrom(situationOf(seen, { ...WAITS, rotateFunction: ours }), null);
  };

  it.each([`${ours}-of-another-stack`, ours.replace('us-east-1', 'eu-west-1'), null])(
    'is not set up: it says which was expected and which is there, as here %s',
    (found) => {
      expect(rotatedWith(found)).toEqual({
        possible: false,
        reason: 'not-set-up',
        message: `rotation is not set up for this secret with this deployment's function (expected ${ours}, got ${found ?? 'none'}): keyturn doctor --fix does it`,
        possibleFrom: null,
      });
    },
  );

  it('is not set up for a person either, who is told where to say when', () => {
    const message = expect.stringMatching(/got none\): .*rotationDays/);
    expect(rotatedWith(null, { issuer: { kind: 'manual' } })).toMatchObject({
      reason: 'not-set-up',
      message,
    });
  });

  it('is not set up while that one is at work, whose rotation nobody here can take up', () => {
    const versions = [current, version(null, ['AWSPENDING'])];
    expect(rotatedWith(null, { versions })).toMatchObject({ reason: 'not-set-up' });
  });

  it('is set up if it is a version or an alias of ours, or while CloudFormation still sets it up', () => {
    for (const found of [ours, `${ours}:live`, `${ours}:7`])
      expect(rotatedWith(found)).toEqual({ possible: true });
    const secret = { ...SECRET, rotationEnabled: null, lastChangedAt: NOW };
    const versions = [current, version(null, ['AWSPENDING'])];
    expect(rotatedWith(null, { secret, versions })).toMatchObject({ reason: 'under-way' });
  });

  it('is not asked about where that function itself asks', () => {
    const secret = { ...SECRET, rotationFunction: `${ours}-of-another-stack` };
    expect(possibility({ secret })).toEqual({ possible: true });
  });
});

describe('a rotation is possible later, and says from when,', () => {
  const { overlapMs, soakMs } = WAITS;
  /** A look comes every 15 minutes, and has five to come to it. */
  const lookMs = 20 * 60_000;
  const gone = NOW - HOUR_MS + overlapMs + lookMs + soakMs;

  it('it is possible then, though the look that ended the overlap came as late as it may', () => {
    const switchedOff = {
      issuer: issuing([issued('new'), issued('old', { active: false })]),
      deactivations: [{ credentialId: 'old', deactivatedAt: NOW - HOUR_MS + overlapMs + lookMs }],
    };
    const then = (now: number) => isPossible(possibility({ ...full, ...switchedOff, now }), now);
    expect([then(gone), then(gone - 1)]).toEqual([true, false]);
  });

  it('when the replaced key takes the last place: from the date on which retirement will have removed it', () => {
    const found = possibility(full);
    expect(found).toMatchObject({ possible: false, reason: 'no-slot', possibleFrom: gone });
    expect(found).toHaveProperty(
      'message',
      'all 2 credentials of this user are taken, and a new one needs a place: new (in this secret, AWSCURRENT), old (in this ' +
        `secret, AWSPREVIOUS; replaced, in its overlap until ${iso(NOW - HOUR_MS + overlapMs)}; gone at the earliest ${iso(gone)}). ` +
        `Possible from ${iso(gone)}, when retirement has removed what was replaced; if others may know a password, do not wait: keyturn compromised.`,
    );
  });

  it('when that one is still in use: it says since when, and by what', () => {
    const lastUsedAt = NOW - 1;
    const used = issued('old', { lastUsedAt, lastUsedBy: 'ses-smtp' });
    const long = { ...SECRET, lastRotatedAt: NOW - 9 * DAY_MS };
    expect(possibility({ ...full, secret: long, issuer: issuing([issued('new'), used]) })).toMatchObject({
      possibleFrom: lastUsedAt + overlapMs + lookMs + soakMs,
      message: expect.stringContaining(`in use since, last ${iso(lastUsedAt)} (ses-smtp)`),
    });
  });

  it('when that one has an AWSPENDING left on it, since somebody went back by hand', () => {
    const versions = [current, version('old', ['AWSPREVIOUS', 'AWSPENDING'])];
    expect(possibility({ ...full, versions })).toMatchObject({ reason: 'no-slot', possibleFrom: gone });
  });

  it('the sooner one of two that will go makes room; two too many, the later one', () => {
    const three = [issued('new'), issued('old'), issued('older', { active: false })];
    const deactivations = [{ credentialId: 'older', deactivatedAt: NOW - DAY_MS }];
    const versions = [...(full.versions ?? []), version('older', ['OTHER'])];
    const at = (limit: number) =>
      possibility({ ...full, versions, deactivations, issuer: issuing(three, { limit }) });
    expect(at(3)).toMatchObject({ possibleFrom: NOW - DAY_MS + soakMs });
    expect(at(2)).toMatchObject({ possibleFrom: gone });
    expect(at(1)).toMatchObject({ possibleFrom: null });
  });

  it('when another rotation is under way: from when that counts as stuck', () => {
    const secret = { ...SECRET, lastChangedAt: NOW };
    const stuckFrom = NOW + 20 * 60_000;
    const empty = version(null, ['AWSPENDING'], { versionId: 'token' });
    expect(possibility({ secret, versions: [current, empty] })).toEqual({
      possible: false,
      reason: 'under-way',
      message: expect.stringContaining(
        `version token, expected on none: wait for its end; from ${iso(stuckFrom)} on`,
      ),
      possibleFrom: stuckFrom,
    });
  });

  it('and if the replaced key takes the last place even then: from when retirement will have removed it', () => {
    const secret = { ...SECRET, lastRotatedAt: NOW - HOUR_MS, lastChangedAt: NOW };
    const empty = version(null, ['AWSPENDING'], { versionId: 'token' });
    const versions = [...(full.versions ?? []), empty];
    expect(possibility({ ...full, secret, versions })).toEqual({
      possible: false,
      reason: 'under-way',
      message: expect.stringMatching(/counts as stuck, but then all 2 credentials .* Possible from/),
      possibleFrom: gone,
    });
    const soaked = {
      issuer: issuing([issued('new'), issued('old', { active: false })]),
      deactivations: [{ credentialId: 'old', deactivatedAt: NOW - soakMs }],
    };
    expect(possibility({ ...full, ...soaked, secret, versions })).toMatchObject({
      reason: 'under-way',
      message: expect.stringContaining('keyturn rotate clears it'),
      possibleFrom: NOW + 20 * 60_000,
    });
    const foreign = issuing([issued('new'), issued('foreign')]);
    expect(possibility({ secret, versions: [current, empty], issuer: foreign })).toMatchObject({
      reason: 'under-way',
      possibleFrom: null,
    });
  });

  it('and if its credential is not provably ours: never, before it is stuck as after', () => {
    const secret = { ...SECRET, lastChangedAt: NOW };
    const issuer = issuing([issued('new'), issued('next')], { limit: null });
    expect(possibility({ secret, versions: [current, pending], issuer })).toMatchObject({
      reason: 'under-way',
      message: expect.stringMatching(/counts as stuck, but then .*not provably ours/),
      possibleFrom: null,
    });
  });

  it('and when that date has come, it is: what may be removed by then is removed first', () => {
    const found = possibility({
      ...full,
      issuer: issuing([issued('new'), issued('old', { active: false })]),
      deactivations: [{ credentialId: 'old', deactivatedAt: NOW - soakMs }],
    });
    expect(found).toMatchObject({ possible: false, reason: 'no-slot', possibleFrom: NOW });
    expect([isPossible(found, NOW), isPossible(found, NOW - 1)]).toEqual([true, false]);
  });
});

describe('a stuck rotation', () => {
  const made: Mint = { token: 'token', startedAt: 1, endsBy: 2, credentialId: 'next' };

  it('stands in the way of no other: it is cleared first, and its credential goes with it', () => {
    const issuer = issuing([issued('new'), issued('next')]);
    expect(possibility({ versions: [current, pending], issuer, mints: [made] })).toEqual({ possible: true });
  });

  it('that was refused and has made nothing is stuck at once', () => {
    const refused = { token: 'token', startedAt: 0, endsBy: 0, credentialId: null, refusedAt: NOW };
    const versions = [current, version(null, ['AWSPENDING'], { versionId: 'token' })];
    const secret = { ...SECRET, lastChangedAt: NOW };
    expect(possibility({ versions, mints: [refused], secret })).toEqual({ possible: true });
  });
});

describe('asked about a rotation that has a token', () => {
  const versions = [current, version(null, ['AWSPENDING'], { versionId: 'token' })];
  const secret = { ...SECRET, rotationEnabled: null, lastChangedAt: NOW };

  it('its own AWSPENDING does not stand in its way, nor that CloudFormation still sets rotation up', () => {
    expect(possibility({ versions, secret }, 'token')).toEqual({ possible: true });
    expect(possibility({ versions, secret }, 'other')).toMatchObject({ reason: 'under-way' });
  });

  it('a person has to store the value under the token of the rotation that is under way, whoever asks', () => {
    const manual = { versions, secret, issuer: { kind: 'manual' } } as const;
    for (const asks of ['token', 'other', null])
      expect(possibility(manual, asks)).toMatchObject({
        reason: 'manual',
        message: expect.stringContaining('--client-request-token token --version-stages AWSPENDING'),
      });
    expect(possibility({ ...manual, versions: [current, pending] }, 'other')).toMatchObject({
      reason: 'under-way',
      message: expect.stringMatching(
        /is stored.*clientRequestToken token\. To cancel it instead.*-id token`\.$/,
      ),
      possibleFrom: null,
    });
  });

  it('a person has to store the value under this very token', () => {
    const issuer = { kind: 'manual' } as const;
    expect(possibility({ versions, issuer }, 'token')).toMatchObject({
      reason: 'manual',
      message: expect.stringContaining('--client-request-token token --version-stages AWSPENDING'),
    });
    expect(possibility({ versions: [current, pending], issuer }, 'token')).toEqual({ possible: true });
  });
});

describe('the places of an issuer', () => {
  const own: Mint = { token: 'token', startedAt: NOW - 1, endsBy: NOW, credentialId: 'next' };
  const secret = { ...SECRET, lastChangedAt: NOW };

  it('a rotation that is taken up again, and has its credential, needs no other', () => {
    const issuer = issuing([issued('new'), issued('next')]);
    const asked = (token: string) =>
      possibility({ versions: [current, pending], issuer, mints: [own], secret }, token);
    expect(asked('token')).toEqual({ possible: true });
    expect(asked('other')).toMatchObject({ reason: 'under-way' });
  });

  it('that of a stuck one, which the provider does not have any more, frees none', () => {
    const dead = { ...own, startedAt: 1, endsBy: 2 };
    const versions = [current, version('old', ['AWSPREVIOUS']), pending];
    expect(possibility({ ...full, versions, mints: [dead] })).toMatchObject({ reason: 'no-slot' });
  });

  it('are told one by one: by its labels and its own state, who holds it, or that no version does', () => {
    const issuer = issuing(
      [issued('new'), issued('old'), issued('older', { active: false }), issued('lost')],
      {
        limit: 4,
      },
    );
    const versions = [current, version('old', ['AWSPREVIOUS', 'KEPT']), version('older', ['OTHER'])];
    const deactivations = [{ credentialId: 'older', deactivatedAt: NOW }];
    const mints = [{ token: 'made', startedAt: 1, endsBy: 2, credentialId: 'lost' }];
    const lastRotatedAt = NOW - WAITS.overlapMs;
    const found = possibility({
      versions,
      issuer,
      deactivations,
      mints,
      secret: { ...SECRET, lastRotatedAt },
    });
    const message = 'message' in found ? found.message : '';
    const soaked = NOW + 20 * 60_000 + WAITS.soakMs;
    expect(message).toContain(
      `old (in this secret, AWSPREVIOUS and KEPT; replaced, gone at the earliest ${iso(soaked)})`,
    );
    expect(message).toContain(
      `older (in this secret, OTHER; replaced, in its soak until ${iso(NOW + WAITS.soakMs)};`,
    );
    expect(message).toContain(
      `lost (in no version of this secret; replaced, gone at the earliest ${iso(soaked)})`,
    );
  });

  it('one in use whose user the provider does not tell is told without', () => {
    const used = issued('old', { lastUsedAt: NOW - 1 });
    const secret = { ...SECRET, lastRotatedAt: NOW - 9 * DAY_MS };
    const found = possibility({ ...full, secret, issuer: issuing([issued('new'), used]) });
    expect(found).toHaveProperty('message', expect.stringContaining(`last ${iso(NOW - 1)}; gone`));
  });
});

describe('what a person has to do', () => {
  const manual = { possible: false, reason: 'manual', message: '', possibleFrom: null } as const;
  const idle = situation();
  const secret = { ...SECRET, lastChangedAt: NOW };
  const underWay = situation({ secret, versions: [current, version(null, ['AWSPENDING'])] });

  it('never becomes possible with time', () => {
    expect(isPossible(manual, NOW)).toBe(false);
  });

  it('is begun all the same, unless a rotation is under way already', () => {
    const noSlot: NotPossible = { ...manual, reason: 'no-slot' };
    expect([awaitsPerson(manual, idle), awaitsPerson(manual, underWay)]).toEqual([true, false]);
    expect([awaitsPerson(noSlot, idle), awaitsPerson(noSlot, underWay)]).toEqual([false, false]);
  });

  it('is begun anew when a week has passed: the token that nobody used is cleared first', () => {
    const versions = [current, version(null, ['AWSPENDING'], { versionId: 'token' })];
    const rotatedAfter = (ms: number) => {
      const late = situation({
        secret: { ...SECRET, lastChangedAt: NOW - ms },
        versions,
        issuer: { kind: 'manual' },
      });
      return decideRotate(late, NOTHING_DONE, 'other');
    };
    expect(rotatedAfter(7 * DAY_MS)).toMatchObject({ step: 'give-up-pending', versionId: 'token' });
    expect(rotatedAfter(7 * DAY_MS - 1)).toMatchObject({ result: 'not-possible' });
  });

  it('is told whole', () => {
    const versions = [current, version(null, ['AWSPENDING'], { versionId: 'token' })];
    expect(possibility({ versions, issuer: { kind: 'manual' } }, 'token')).toMatchObject({
      message:
        'a person makes the new credential: store the whole new value, with the new user name and password, by `aws secretsmanager ' +
        'put-secret-value --secret-id keyturn/orders --client-request-token token --version-stages AWSPENDING ' +
        '--secret-string file://new.json`; the rotation then goes on by itself, or rotate again with the same token. ' +
        'To cancel it instead, take AWSPENDING off: `aws secretsmanager update-secret-version-stage --secret-id ' +
        'keyturn/orders --version-stage AWSPENDING --remove-from-version-id token`.',
    });
  });
});

it('a rotation is cleared by doctor, but that of a person only by a person', () => {
  expect(howToEnd(situation(), 'token')).toContain('doctor --fix');
  expect(howToEnd(situation({ issuer: { kind: 'manual' } }), 'token')).toMatch(
    /update-secret-version-stage.*AWSPENDING.*token/,
  );
});
