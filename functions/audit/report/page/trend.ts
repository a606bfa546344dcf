import { EMPTY, type Html, html } from '../html.ts';
import type { TrendPoint } from '../report.ts';
import { longDay, shortDay } from './dates.ts';

interface Scored extends TrendPoint {
  readonly score: number;
}

interface Dot {
  readonly x: string;
  readonly y: string;
}

/** The scores of the last runs, oldest first, as a line and as a table. One run is no trend. */
export function trendChart(points: readonly TrendPoint[]): Html {
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
