import fc from 'fast-check';
import { expect, it } from 'vitest';
import { WorstOf } from '../../../../functions/audit/report/worst-of.ts';

it('keeps what sorting all of them would put first, in any order of arrival', () => {
  fc.assert(
    fc.property(fc.array(fc.integer()), fc.integer({ min: 1, max: 20 }), (numbers, limit) => {
      const worst = new WorstOf<number>(limit, (a, b) => b - a);
      for (const number of numbers) worst.add(number);
      expect(worst.list()).toEqual(numbers.toSorted((a, b) => b - a).slice(0, limit));
    }),
  );
});
