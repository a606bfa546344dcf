import { describe, expect, it } from 'vitest';
import { STEPS } from '../../../../../functions/lifecycle/rotate/step-decision.ts';
import { shareOf } from '../../../../support/share.ts';
import { interleave, type Meeting } from './interleavings.ts';
import { HOUR_MS, OVERLAP_MS, SOAK_MS } from './lab.ts';
import { SUBJECTS } from './providers.ts';
import { SCENARIOS } from './scenarios.ts';
import { unexplored } from './schedules.ts';

/** Hundreds of labs, on a machine that is slow at times (ms). */
const LIMIT = 60_000;
const NAMES = ['issuing, reversible (Amazon SES)', 'setting, one login', 'setting, two logins'] as const;

const normal = SCENARIOS.find(({ name }) => name === 'normal');
if (!normal) throw new Error('no scenario normal');

const WAITS = { overlapMs: OVERLAP_MS, soakMs: SOAK_MS };
const NONE = { overlapMs: 0, soakMs: 0 };

describe.each(NAMES)('%s', { timeout: LIMIT }, (name) => {
  const violationsOf = async (meeting: Meeting) => {
    const explored = unexplored();
    await interleave(SUBJECTS[name], normal, meeting, explored);
    const { schedules, violations } = explored;
    const what = `${meeting.step} beside ${meeting.beside}, overlap ${meeting.waits.overlapMs / HOUR_MS} h`;
    console.log(`${name}, ${what}: ${schedules} orders, ${violations.size} violations`);
    expect(schedules).toBeGreaterThan(1);
    return [...violations].map(([violation, seen]) => [violation, seen.slice(0, 3)]);
  };

  it.each(shareOf(STEPS, 4, NAMES.indexOf(name)))(
    '%s delivered twice at once does no harm, in whatever order the calls of both come',
    async (step) => {
      expect(await violationsOf({ step, beside: 'itself', waits: WAITS })).toEqual([]);
    },
  );

  it.each(shareOf(STEPS, 4, NAMES.indexOf(name)))(
    '%s and a look of retirement at once do no harm, in whatever order the calls of both come, with an overlap or without',
    async (step) => {
      expect(await violationsOf({ step, beside: 'a look', waits: WAITS })).toEqual([]);
      expect(await violationsOf({ step, beside: 'a look', waits: NONE })).toEqual([]);
    },
  );
});
