/**
 * `npm run test:enumeration` and the CI try every case of the tests that ask here; `npm test` tries a share of them, so
 * that it takes minutes.
 */
const isWhole = process.env.KEYTURN_EVERY_CASE !== undefined;

/** Of so many cases `npm test` takes one; 1 when every case is asked for. */
export function oneOf(every: number): number {
  return isWhole ? 1 : every;
}

/** Every case, or in `npm test` each `every`th: at least one. `from`: where to begin, so that many short lists share evenly. */
export function shareOf<T>(cases: readonly T[], every: number, from = 0): readonly T[] {
  const first = from % Math.min(oneOf(every), Math.max(cases.length, 1));
  return cases.filter((_, at) => at % oneOf(every) === first);
}
