import { describe, expect, it } from 'vitest';
import { STEPS } from '../../../../../functions/lifecycle/rotate/step-decision.ts';
import { shareOf } from '../../../../support/share.ts';
import { interleave } from './interleavings.ts';
import { SUBJECTS } from './providers.ts';
import { SCENARIOS } from './scenarios.ts';
import { unexplored } from './schedules.ts';

/** Hundreds of labs, on a machine that is slow at times (ms). */
const LIMIT = 60_000;
const NAMES = ['issuing, reversible (Amazon SES)', 'setting, one login', 'setting, two logins'] as const;

const normal = SCENARIOS.find(({ name }) => name === 'normal');
if (!normal) throw new Error('no scenario normal');

describe.each(NAMES)('%s', { timeout: LIMIT }, (name) => {
  it.each(shareOf(STEPS, 4, NAMES.indexOf(name)))(
    '%s delivered twice at once does no harm, in whatever order the calls of both come',
    async (step) => {
      const explored = unexplored();
      await interleave(SUBJECTS[name], normal, step, explored);
      const { schedules, violations } = explored;
      console.log(`${name}, ${step} twice at once: ${schedules} orders, ${violations.size} violations`);
      expect([...violations].map(([violation, seen]) => [violation, seen.slice(0, 3)])).toEqual([]);
      expect(schedules).toBeGreaterThan(10);
    },
  );
});
