import { describe, expect, it } from 'vitest';
import { oneOf } from '../../../../support/share.ts';
import { Lab } from './lab.ts';
import { SUBJECTS } from './providers.ts';
import { SCENARIOS } from './scenarios.ts';
import { explore, schedulesOf, unexplored } from './schedules.ts';

/** The machines of a CI are slow at times; all of it takes well under two minutes on two cores (ms). */
const LIMIT = 10 * 60_000;

/** `npm test` explores one schedule of so many, which meets each fault at most calls of one provider or another. */
export const EVERY = oneOf(16);

/** Declares the tests of some kinds of providers; apart in files, so that they run side by side. */
export function exploreEverySchedule(...names: (keyof typeof SUBJECTS)[]): void {
  describe.each(names)('%s', { timeout: LIMIT }, (name) => {
    const makeSubject = SUBJECTS[name];
    it.each(SCENARIOS.filter(({ fits }) => fits?.(new Lab(makeSubject)) ?? true))(
      '$name: nothing that goes wrong at any I/O call loses or leaks a credential or wedges rotation, whatever follows',
      async (scenario) => {
        const explored = unexplored();
        let number = 0;
        for await (const schedule of schedulesOf(makeSubject, scenario)) {
          if (number++ % EVERY === 0) await explore(makeSubject, schedule, explored);
        }
        const { schedules, states, violations } = explored;
        console.log(
          `${name}, ${scenario.name}: ${schedules} schedules, ${states.size} states, ${violations.size} violations`,
        );
        expect([...violations].map(([violation, seen]) => [violation, seen.slice(0, 3)])).toEqual([]);
        expect(schedules).toBeGreaterThan(300 / EVERY);
      },
    );
  });
}
