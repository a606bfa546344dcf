import { expect, it } from 'vitest';
import { Lab, MINUTE_MS } from './lab.ts';
import { SUBJECTS } from './providers.ts';
import { dateIn, refusedUntilItsDate, TWO_KEYS_TAKEN } from './scenarios.ts';

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
    // A rotation takes seconds, and replaces at its end.
    expect(date).toBeGreaterThanOrEqual(fullUntil);
    expect(date).toBeLessThan(fullUntil + MINUTE_MS);

    await lab.retire();
    expect(await refusedUntilItsDate(lab, lab.newToken(), 0)).toMatchObject({ kind: 'rotated' });
    expect(lab.now).toBeLessThan(fullUntil + 2 * MINUTE_MS);
    expect([...lab.watch.violations]).toEqual([]);
  },
);
