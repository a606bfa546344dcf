import { EMPTY, type Html, html } from '../html.ts';
import { icon, STATUS_WORD } from '../icons.ts';
import type { Report, TrendPoint } from '../report.ts';
import { longDay } from './dates.ts';
import { band, bar, figure, STATUSES } from './tally.ts';
import { trendChart } from './trend.ts';

/** The first screen: the score and its trend, one sentence, and how the findings are spread. */
export function overview(report: Report): Html {
  return html`<section class="overview" aria-labelledby="overview-title">
<h2 id="overview-title" class="unseen">Overview</h2>
<div class="score ${band(report.score, report.counts)}">
${report.score === null ? html`<p><span class="of">No score</span></p>` : html`<p><span class="unseen">Score: </span><span class="figure">${report.score}</span> <span class="of">Score, of 100</span></p>`}
${change(report.trend)}
</div>
<div class="headline">
<p class="verdict">${headline(report)}</p>
<p class="muted">${scope(report)}</p>
${trendChart(report.trend)}
</div>
${report.totals.examined > 0 ? spread(report) : EMPTY}
</section>`;
}

function spread({ counts, accepted }: Report): Html {
  return html`<div class="spread">
${bar(counts)}
<ul class="counts">${STATUSES.map(
    (status) =>
      html`<li><b>${figure(counts[status])}</b><span>${icon(status)} ${STATUS_WORD[status]}</span></li>`,
  )}${accepted > 0 ? html`<li><b>${figure(accepted)}</b><span>${icon('accepted')} Accepted</span></li>` : EMPTY}</ul>
</div>`;
}

/** Against the last run that had a score. */
function change(trend: readonly TrendPoint[]): Html {
  const now = trend.at(-1)?.score ?? null;
  const before = trend.slice(0, -1).findLast(({ score }) => score !== null);
  if (now === null || before?.score == null) return EMPTY;
  const difference = now - before.score;
  const since = `since ${longDay(before.finishedAt)}`;
  if (difference === 0) return html`<p class="change">Unchanged ${since}</p>`;
  return html`<p class="change"><b>${difference > 0 ? `+${difference}` : `−${-difference}`}</b> ${since}</p>`;
}

function headline({ credentials, totals: { examined, unexamined } }: Report): string {
  const failing = credentials.filter(({ counts }) => counts.fail > 0).length;
  if (examined === 0)
    return unexamined > 0 ? 'No credential could be examined.' : 'There are no managed credentials.';
  if (failing === 0) return 'No check failed.';
  if (examined === 1) return 'The one credential needs attention.';
  if (failing === 1) return `One of ${figure(examined)} credentials needs attention.`;
  // Only the worst are here: when every one of them fails, others may too.
  const least = failing === credentials.length && failing < examined ? 'At least ' : '';
  return `${least}${figure(failing)} of ${figure(examined)} credentials need attention.`;
}

/** What was looked at, for a reader who never heard of this audit. */
function scope({ totals: { examined, unexamined }, checks }: Report): Html {
  const left =
    unexamined > 0 ? html`<a href="#unexamined">${figure(unexamined)} could not be examined</a>.` : EMPTY;
  if (examined > 0) {
    const credentials = examined === 1 ? '1 credential' : `${figure(examined)} credentials`;
    return html`${credentials} examined with ${Object.keys(checks).length} checks each: the login, the mail server, the sender’s domain and the settings in AWS. ${left}`;
  }
  return unexamined > 0
    ? left
    : html`Audited is each secret in AWS Secrets Manager that carries the tag keyturn:managed=true. None does.`;
}
