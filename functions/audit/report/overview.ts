import type { Counts } from '../examined.ts';
import type { Status } from '../outcome.ts';
import { EMPTY, type Html, html } from './html.ts';
import { icon, STATUS_WORD } from './icons.ts';
import type { Report } from './report.ts';

const STATUSES: readonly Status[] = ['fail', 'warn', 'unknown', 'info', 'pass', 'not-applicable'];
const FAIR = 70;

/** The first screen: score, one sentence, and how the findings are spread. */
export function overview(report: Report): Html {
  return html`<section class="overview" aria-labelledby="overview-title">
<h2 id="overview-title" class="unseen">Overview</h2>
${ring(report.score, report.counts)}
<div class="headline">
<p class="verdict">${headline(report)}</p>
<p class="muted">${scope(report)}</p>
${bar(report.counts)}
<ul class="counts">${STATUSES.map(
    (status) => html`<li>${icon(status)}<b>${report.counts[status]}</b> ${STATUS_WORD[status]}</li>`,
  )}</ul>
</div>
</section>`;
}

export function ring(score: number | null, counts: Counts, size: 'large' | 'small' = 'large'): Html {
  const label = score === null ? 'No score' : `Score ${score} of 100`;
  return html`<svg class="ring ${size} ${band(score, counts)}" viewBox="0 0 120 120" role="img" aria-label="${label}">
<circle class="track" cx="60" cy="60" r="52" pathLength="100"/>
<circle class="arc" cx="60" cy="60" r="52" pathLength="100" stroke-dasharray="${score ?? 0} 100" transform="rotate(-90 60 60)"/>
<text x="60" y="60" class="figure">${score ?? '–'}</text>
${size === 'large' ? html`<text x="60" y="84" class="caption">of 100</text>` : EMPTY}
</svg>`;
}

/** Green is for those without a failure and without a blind spot, however high the score. */
function band(score: number | null, { fail, unknown }: Counts): string {
  if (score === null) return 'none';
  if (score < FAIR) return 'poor';
  if (fail > 0) return 'fair';
  return unknown > 0 ? 'partial' : 'good';
}

function headline({ credentials, unexamined }: Report): string {
  const failing = credentials.filter(({ counts }) => counts.fail > 0).length;
  if (credentials.length === 0)
    return unexamined.length > 0 ? 'No credential could be examined.' : 'There are no managed credentials.';
  if (failing === 0) return 'No check failed.';
  return failing === 1
    ? 'One credential needs attention.'
    : `${failing} of ${credentials.length} credentials need attention.`;
}

function scope({ credentials, unexamined, checks }: Report): string {
  const examined = `${credentials.length} examined with ${Object.keys(checks).length} checks each`;
  return unexamined.length > 0 ? `${examined}, ${unexamined.length} not examined.` : `${examined}.`;
}

/** A bar of the findings by status; its figures stand in the list below it. */
function bar(counts: Counts): Html {
  const total = STATUSES.reduce((sum, status) => sum + counts[status], 0);
  let x = 0;
  const parts = STATUSES.map((status) => {
    const width = total === 0 ? 0 : (1000 * counts[status]) / total;
    const part = html`<rect class="${status}" x="${x.toFixed(2)}" y="0" width="${Math.max(0, width - 3).toFixed(2)}" height="12"/>`;
    x += width;
    return part;
  });
  return html`<svg class="bar" viewBox="0 0 1000 12" preserveAspectRatio="none" aria-hidden="true" focusable="false">${parts}</svg>`;
}

/** "2 fail, 1 warning, 12 pass": those of `statuses` that occur, in words. */
export function countWords(counts: Counts, statuses = STATUSES): string {
  const words = statuses
    .filter((status) => counts[status] > 0)
    .map((status) => `${counts[status]} ${STATUS_WORD[status].toLowerCase()}`);
  return words.length > 0 ? words.join(', ') : 'Nothing to weigh';
}
