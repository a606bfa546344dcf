import { STATUSES } from '../../check.ts';
import { EMPTY, type Html, html } from '../html.ts';
import type { Report, TrendPoint } from '../report.ts';
import { band, bar, figure, icon, longDay, STATUS_WORD, shortDay } from './elements.ts';

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
    : html`The audit covers every secret in AWS Secrets Manager that carries the tag keyturn:managed=true. There is none.`;
}

interface Scored extends TrendPoint {
  readonly score: number;
}

interface Dot {
  readonly x: string;
  readonly y: string;
}

/** The scores of the last runs, oldest first, as a line and as a table. One run is no trend. */
function trendChart(points: readonly TrendPoint[]): Html {
  const scored = points.filter(isScored);
  const [first] = scored;
  const last = scored.at(-1);
  if (!first || !last || scored.length < 2) return EMPTY;
  return html`<figure class="trend">
<svg role="img" aria-label="Score of ${scored.length} runs: ${first.score} on ${longDay(first.finishedAt)}, ${last.score} on ${longDay(last.finishedAt)}">
${gridLines(floor(scored))}${line(dots(scored))}
</svg>
<figcaption><span>${shortDay(first.finishedAt)}</span><span>${scored.length} runs, from ${first.score} to ${last.score}</span><span>${shortDay(last.finishedAt)}</span></figcaption>
<details class="runs"><summary>The runs in figures</summary>${table(scored)}</details>
</figure>`;
}

function isScored(point: TrendPoint): point is Scored {
  return point.score !== null;
}

/** The axis begins at a ten below the lowest score: a trend between 90 and 95 is a trend too. */
function floor(scored: readonly Scored[]): number {
  const lowest = Math.min(...scored.map(({ score }) => score));
  return Math.max(0, Math.floor((lowest - 5) / 10) * 10);
}

function dots(scored: readonly Scored[]): Dot[] {
  const least = floor(scored);
  return scored.map(({ score }, index) => ({
    x: `${(1 + (97 * index) / (scored.length - 1)).toFixed(2)}%`,
    y: height(score, least),
  }));
}

function height(score: number, least: number): string {
  return `${(96 - (90 * (score - least)) / (100 - least)).toFixed(2)}%`;
}

function gridLines(least: number): Html[] {
  const middle = Math.round((least + 100) / 20) * 10;
  return [100, middle, least].map((score) => {
    const y = height(score, least);
    return html`<line class="grid" x1="0" x2="100%" y1="${y}" y2="${y}"/><text class="label" x="0" y="${y}" dy="-4">${score}</text>`;
  });
}

function line(places: readonly Dot[]): Html[] {
  return places.map(({ x, y }, index) => {
    const before = places[index - 1];
    const latest = index === places.length - 1;
    const stroke = before
      ? html`<line class="run" x1="${before.x}" y1="${before.y}" x2="${x}" y2="${y}"/>`
      : EMPTY;
    return html`${stroke}<circle class="${latest ? 'latest' : 'dot'}" cx="${x}" cy="${y}" r="${latest ? 5 : 2}"/>`;
  });
}

function table(scored: readonly Scored[]): Html {
  return html`<table><thead><tr><th scope="col">Run</th><th scope="col">Score</th></tr></thead>
<tbody>${scored
    .toReversed()
    .map(
      ({ finishedAt, score }) => html`<tr><th scope="row">${longDay(finishedAt)}</th><td>${score}</td></tr>`,
    )}</tbody></table>`;
}
