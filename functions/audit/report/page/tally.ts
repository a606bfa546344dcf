import type { Status } from '../../outcome.ts';
import type { Counts } from '../../run/examined.ts';
import { type Html, html } from '../html.ts';
import { icon, STATUS_WORD } from '../icons.ts';

/** From what wants a person to what wants nobody. */
export const STATUSES: readonly Status[] = ['fail', 'warn', 'unknown', 'info', 'pass', 'not-applicable'];

const FIGURES = new Intl.NumberFormat('en-GB');

/** "76,560". */
export function figure(count: number): string {
  return FIGURES.format(count);
}

/** How findings are spread over the statuses; its figures stand beside it. */
export function bar(counts: Counts): Html {
  const total = STATUSES.reduce((sum, status) => sum + counts[status], 0);
  let before = 0;
  const stripes = STATUSES.filter((status) => counts[status] > 0).map((status) => {
    const width = (100 * counts[status]) / total;
    const stripe = html`<rect class="${status}" x="${before.toFixed(2)}%" width="${width.toFixed(2)}%" height="100%"/>`;
    before += width;
    return stripe;
  });
  return html`<svg class="bar" aria-hidden="true">${stripes}</svg>`;
}

/** Small figures with their icons, those of `statuses` that occur. */
export function tally(counts: Counts, statuses: readonly Status[]): Html {
  const shown = statuses.filter((status) => counts[status] > 0);
  return html`<span class="tally">${shown.map(
    (status) =>
      html`<span class="${status}">${icon(status)}${figure(counts[status])}<span class="unseen"> ${STATUS_WORD[status].toLowerCase()} </span></span>`,
  )}</span>`;
}

/** Green is for those without a failure and without a blind spot, however high the score. */
export function band(score: number | null, { fail, unknown }: Counts): string {
  if (score === null) return 'none';
  if (fail > 0) return 'fail';
  return unknown > 0 ? 'unknown' : 'pass';
}

/** A score of 0 to 100 as a figure over a thin bar. */
export function scoreMark(score: number | null, counts: Counts): Html {
  const label = score === null ? 'No score' : `Score ${score} of 100`;
  return html`<span class="mark ${band(score, counts)}"><span class="unseen">${label}</span><span aria-hidden="true">${score ?? '–'}</span><svg aria-hidden="true"><rect width="100%" height="100%"/><rect class="filled" width="${score ?? 0}%" height="100%"/></svg></span>`;
}
