import { SERVED_WITHOUT_CHECK } from '../../check.ts';
import type { Status } from '../../outcome.ts';
import type { Counts } from '../../run/examined.ts';
import { EMPTY, type Html, html } from '../html.ts';
import { icon, STATUS_WORD } from '../icons.ts';
import type { PracticeReport, Report } from '../report.ts';
import { part } from './part.ts';
import { bar, STATUSES, tally } from './tally.ts';

/** What decides the status of a practice; notes and checks that do not apply are left to the credentials. */
const DECISIVE: readonly Status[] = ['fail', 'warn', 'unknown', 'pass'];

/** The nineteen practices, those in the worst state first, each with its checks; those without a check say so. */
export function practiceList(report: Report): Html {
  return part({
    id: 'practices',
    title: 'Practice by practice',
    note: 'Nineteen practices, worst first. Each opens to its checks.',
    matter: html`<ol class="practices">${report.practices.toSorted(worstFirst).map((practice) => row(practice, report))}</ol>`,
  });
}

/** Those with failures by their number, then those with warnings, and so on. */
function worstFirst(a: PracticeReport, b: PracticeReport): number {
  const first = (counts: Counts) => {
    const rank = DECISIVE.findIndex((status) => counts[status] > 0);
    return rank < 0 ? DECISIVE.length : rank;
  };
  const [rankA, rankB] = [first(a.counts), first(b.counts)];
  const status = DECISIVE[rankA];
  const more = status === undefined || status === 'pass' ? 0 : b.counts[status] - a.counts[status];
  return (
    rankA - rankB || more || Number(b.checks.length > 0) - Number(a.checks.length > 0) || a.number - b.number
  );
}

function row({ number, title, checks, counts, accepted }: PracticeReport, report: Report): Html {
  const heading = html`<span class="number" aria-hidden="true">${number}</span><h3>${title}</h3>`;
  if (checks.length === 0)
    return html`<li class="practice"><div class="row">${heading}<span class="muted none">Served without a check</span></div>
<p class="muted">${SERVED_WITHOUT_CHECK[number] ?? ''}</p></li>`;
  return html`<li class="practice"><details><summary class="row">${heading}${bar(counts)}${words(counts)}</summary>
<ul class="checks">${checks.toSorted((a, b) => rank(report, a) - rank(report, b)).map((check) => checkRow(check, report))}</ul>
${accepted > 0 ? html`<p class="muted">${accepted} accepted, which count for nothing here.</p>` : EMPTY}
</details></li>`;
}

function words(counts: Counts): Html {
  const decided = DECISIVE.some((status) => counts[status] > 0);
  return tally(counts, decided ? DECISIVE : STATUSES);
}

function rank({ tallies }: Report, check: string): number {
  const counts = tallies[check]?.counts;
  return counts ? STATUSES.indexOf(worstOf(counts)) : STATUSES.length;
}

function worstOf(counts: Counts): Status {
  return STATUSES.find((status) => counts[status] > 0) ?? 'not-applicable';
}

function checkRow(check: string, { checks, tallies }: Report): Html {
  const tallied = tallies[check];
  if (!tallied) return EMPTY;
  const status = worstOf(tallied.counts);
  return html`<li>${icon(status)}<span><span class="unseen">${STATUS_WORD[status]}: </span>${checks[check]?.title ?? check} <code>${check}</code></span>${tally(tallied.counts, STATUSES)}</li>`;
}
