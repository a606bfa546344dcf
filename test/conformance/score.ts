import type { Behaviour } from './behaviour.ts';
import type { Claim } from './claims.ts';

export interface Tried {
  readonly behaviour: Behaviour;
  readonly claim: Claim;
}

/** `right`: the truth, where nothing can be known no claim · `wrong`: a claim against the truth · else no answer. */
export type Mark = 'right' | 'wrong' | 'no answer';

export function mark({ behaviour: { truth }, claim }: Tried): Mark {
  if (claim === 'no claim') return truth === 'cannot be known' ? 'right' : 'no answer';
  return claim === truth ? 'right' : 'wrong';
}

export interface Score {
  readonly tool: string;
  readonly version: string;
  readonly tried: readonly Tried[];
}

/** A Markdown table, best first. */
export function scoreboard(scores: readonly Score[]): string {
  const count = (score: Score, wanted: Mark) => score.tried.filter((tried) => mark(tried) === wanted).length;
  const falsely = (score: Score, claim: Claim) =>
    score.tried.filter((tried) => mark(tried) === 'wrong' && tried.claim === claim).length;
  const rows = scores
    .toSorted((a, b) => count(b, 'right') - count(a, 'right'))
    .map((score) =>
      [
        `${score.tool} ${score.version}`.trim(),
        `${count(score, 'right')} of ${score.tried.length}`,
        falsely(score, 'works'),
        falsely(score, 'does not work'),
        count(score, 'no answer'),
      ].join(' | '),
    );
  const head =
    'Tool | Right | Says "works", falsely | Says "does not work", falsely | No answer where there is one';
  return [head, ':-- | --: | --: | --: | --:', ...rows].map((row) => `| ${row} |\n`).join('');
}
