import { expect, it } from 'vitest';
import { shareOf } from '../../../../support/share.ts';
import { OperationLab } from '../../operate/operation-lab.ts';
import { MINUTE_MS } from './lab.ts';
import { SUBJECTS } from './providers.ts';
import { SCENARIOS } from './scenarios.ts';
import { callsOf } from './schedules.ts';

/** Those whose orphans are found by a name that a second try gives again. */
const NAMED = ['issuing under names (SendGrid, Resend)', 'client secrets (Microsoft Entra)'] as const;
/** What looks for orphans, and removes them. */
const CLEANERS = {
  retirement: (lab: OperationLab) => lab.retire(),
  'keyturn doctor --fix': (lab: OperationLab) => lab.operate(lab.operation('doctor', true)),
} as const;
/** Thousands of labs, on a machine that is slow at times (ms). */
const LIMIT = 60_000;
/** The calls of a cleaner, and more than either makes. */
const MOMENTS = Array.from({ length: 25 }, (_, call) => call + 1);

const normal = SCENARIOS.find(({ name }) => name === 'normal');
if (!normal) throw new Error('no scenario normal');

it.each(
  NAMED.flatMap((name) => Object.entries(CLEANERS).map(([cleaner, clean]) => ({ name, cleaner, clean }))),
)(
  '$cleaner, at a moment when the second try of a failed rotation comes to its end, removes nothing of it: $name',
  { timeout: LIMIT },
  async ({ name, clean }) => {
    const makeSubject = SUBJECTS[name];
    const failing = await callsOf(makeSubject, normal);
    const harmed: string[] = [];
    for (let failedAt = 1; failedAt <= failing; failedAt += 1) {
      for (const pausedAt of shareOf(MOMENTS, 4, failedAt)) {
        const lab = new OperationLab(makeSubject);
        await normal.prepare(lab);
        const token = lab.newToken();
        lab.faults.revive();
        lab.faults.plan(failedAt, 'unsent-timeout');
        await lab.rotate(token);
        lab.faults.revive();
        lab.now += MINUTE_MS;
        lab.watch.isConcurrent = true;
        lab.faults.pause(pausedAt, async () => {
          await lab.rotate(token);
          return false;
        });
        await clean(lab);
        if (!lab.works('AWSCURRENT')) harmed.push(`failed at call ${failedAt}, paused at call ${pausedAt}`);
      }
    }
    expect(harmed).toEqual([]);
  },
);
