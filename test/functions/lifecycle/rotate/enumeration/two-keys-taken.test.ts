import { expect, it } from 'vitest';
import { Lab, MINUTE_MS } from './lab.ts';
import { SUBJECTS } from './providers.ts';
import { dateIn, refusedUntilItsDate, TWO_KEYS_TAKEN } from './scenarios.ts';

/** One comes every 15 minutes, and has five to come to it. */
const LATEST_LOOK_MS = 20 * MINUTE_MS;

const LIMITED = Object.entries(SUBJECTS).filter(([, makeSubject]) =>
  TWO_KEYS_TAKEN.fits?.(new Lab(makeSubject)),
);

it.each(LIMITED)(
  'while both places are taken a rotation is refused with a date, and possible from that very moment: %s',
  async (_name, makeSubject) => {
    const lab = new Lab(makeSubject);
    await TWO_KEYS_TAKEN.prepare(lab);
    const { fullUntil } = lab.watch;
    const standing = lab.subject.standing();

    const date = dateIn(await lab.rotate(lab.newToken()));
    expect(lab.subject.standing()).toEqual(standing);
    // A rotation takes seconds, and replaces at its end; the look that switches the replaced one off may come late.
    const { provider } = lab.subject;
    const latest = fullUntil + (provider.kind === 'issuing' && provider.reversible ? LATEST_LOOK_MS : 0);
    expect(date).toBeGreaterThanOrEqual(latest);
    expect(date).toBeLessThan(latest + MINUTE_MS);

    await lab.retire();
    expect(await refusedUntilItsDate(lab, lab.newToken(), 0)).toMatchObject({ kind: 'rotated' });
    expect(lab.now).toBeLessThan(latest + 2 * MINUTE_MS);
    expect([...lab.watch.violations]).toEqual([]);
  },
);
