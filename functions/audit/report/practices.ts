import type { Status } from '../outcome.ts';
import { type Html, html } from './html.ts';
import { icon } from './icons.ts';
import { countWords } from './overview.ts';
import type { PracticeReport } from './report.ts';

/** What a tile tells; notes and checks that do not apply are left to the credentials. */
const ORDER: readonly Status[] = ['fail', 'warn', 'unknown', 'pass'];

/** The nineteen practices, each with the sum of its findings; those without a check say so. */
export function practiceList(practices: readonly PracticeReport[]): Html {
  return html`<section aria-labelledby="practices-title">
<h2 id="practices-title">Practice by practice</h2>
<ol class="practices">${practices.map(tile)}</ol>
</section>`;
}

function tile({ number, title, checks, counts }: PracticeReport): Html {
  const status = ORDER.find((candidate) => counts[candidate] > 0) ?? 'not-applicable';
  const words = checks.length === 0 ? 'No check in this audit' : countWords(counts, ORDER);
  return html`<li class="practice ${status}">
<span class="number" aria-hidden="true">${number}</span>
<div><h3>${title}</h3><p>${icon(status)} ${words}</p></div>
</li>`;
}
