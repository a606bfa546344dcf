/** Those of `known` that are nearest to what was typed, nearest first. */
export function closest(typed: string, known: readonly string[], most = 3): string[] {
  return known
    .map((word) => ({ word, distance: distanceOf(typed.toLowerCase(), word) }))
    .toSorted((a, b) => a.distance - b.distance)
    .slice(0, most)
    .map(({ word }) => word);
}

/** A family typed without its subject, or the other way round, is near to all that have it. */
function distanceOf(typed: string, word: string): number {
  const parts = [word, ...word.split(/[.-]/)];
  const [whole = 0, ...others] = parts.map((part) => edits(typed, part));
  return Math.min(whole, ...others.map((distance) => distance + 0.5));
}

/** Levenshtein's distance: how many letters have to be put in, taken away or changed. */
function edits(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1];
    for (let j = 0; j < b.length; j += 1) {
      const replaced = (row[j] ?? 0) + (letter === b[j] ? 0 : 1);
      next.push(Math.min(replaced, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
