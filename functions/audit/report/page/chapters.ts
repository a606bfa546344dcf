import { SERVED_WITHOUT_CHECK, STATUSES, type Status } from '../../check.ts';
import type { Counts, UnexaminedReason } from '../../run/run.ts';
import { alarm, worries } from '../credential-report.ts';
import { EMPTY, type Html, html, prose } from '../html.ts';
import type { CredentialReport, PracticeReport, Report, ReportedFinding, Worry } from '../report.ts';
import {
  bar,
  figure,
  icon,
  longDay,
  type Places,
  part,
  STATUS_WORD,
  standing,
  tags,
  tally,
} from './elements.ts';

/** Credentials named for one check before the rest is only counted. */
const EXAMPLES = 4;
/** Accepted risks, and credentials that were not examined, before the rest is only counted. */
const ROWS = 50;

/** What to do first: failures and warnings of all credentials, one entry a check. */
export function worstFirst(report: Report, places: Places): Html {
  const examples = Map.groupBy(worries(report), keyOf);
  const entries = groupsOf(report).map((group) =>
    entry(group, examples.get(keyOf(group)) ?? [], report, places),
  );
  if (entries.length === 0) return EMPTY;
  return part({
    id: 'worst',
    title: 'Worst first',
    note: 'One entry per check: failures, then warnings, each by severity and number.',
    matter: html`<ol class="worst">${entries}</ol>`,
  });
}

interface Group extends Pick<Worry, 'check' | 'status' | 'severity'> {
  readonly count: number;
}

/** By the tallies, which know of every credential; those that the report holds are only the worst of many. */
function groupsOf({ tallies, checks }: Report): Group[] {
  return Object.entries(checks)
    .flatMap(([check, { severity }]) =>
      (['fail', 'warn'] as const).map((status): Group => {
        return { check, status, severity, count: tallies[check]?.counts[status] ?? 0 };
      }),
    )
    .filter(({ count }) => count > 0)
    .toSorted((a, b) => alarm(b) - alarm(a) || b.count - a.count);
}

function keyOf({ status, check }: Pick<Worry, 'check' | 'status'>): string {
  return `${status} ${check}`;
}

function entry(
  { check, status, severity, count }: Group,
  examples: readonly Worry[],
  { checks, startedAt }: Report,
  places: Places,
): Html {
  const named = examples.slice(0, EXAMPLES);
  const rest = count - named.length;
  const more =
    named.length > 0
      ? `and ${figure(rest)} more`
      : `${figure(rest)} ${rest === 1 ? 'credential' : 'credentials'}`;
  return html`<li class="${status}">
${icon(status)}
<div>
<div class="title"><h3><span class="unseen">${STATUS_WORD[status]}: </span>${checks[check]?.title ?? check}</h3> ${tags(severity, check)}</div>
<p class="remediation">${prose(checks[check]?.remediation ?? '')}</p>
<ul class="where">${named.map((worry) => where(worry, startedAt, places))}</ul>
${rest > 0 ? html`<p class="muted">${more}</p>` : EMPTY}
</div>
</li>`;
}

function where(
  { secretName, secretArn, evidence, firstSeenAt }: Worry,
  startedAt: string,
  places: Places,
): Html {
  const since = firstSeenAt ? html`<span class="since">${standing(firstSeenAt, startedAt)}</span>` : EMPTY;
  return html`<li>${places.link(secretArn, secretName)} <span class="muted">${prose(evidence)}</span> ${since}</li>`;
}

/** What decides the status of a practice; notes and checks that do not apply are left to the credentials. */
const DECISIVE: readonly Status[] = ['fail', 'warn', 'unknown', 'pass'];

/** The nineteen practices, those in the worst state first, each with its checks; those without a check say so. */
export function practiceList(report: Report): Html {
  return part({
    id: 'practices',
    title: 'Practice by practice',
    note: 'Nineteen practices, worst first. Each opens to its checks.',
    matter: html`<ol class="practices">${report.practices.toSorted(worstPracticeFirst).map((practice) => practiceRow(practice, report))}</ol>`,
  });
}

/** Those with failures by their number, then those with warnings, and so on. */
function worstPracticeFirst(a: PracticeReport, b: PracticeReport): number {
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

function practiceRow({ number, title, checks, counts, accepted }: PracticeReport, report: Report): Html {
  const heading = html`<span class="number" aria-hidden="true">${number}</span><h3>${title}</h3>`;
  if (checks.length === 0)
    return html`<li class="practice"><div class="row">${heading}<span class="muted none">Served without a check</span></div>
<p class="muted">${SERVED_WITHOUT_CHECK[number] ?? ''}</p></li>`;
  return html`<li class="practice"><details><summary class="row">${heading}${bar(counts)}${words(counts)}</summary>
<ul class="checks">${checks.toSorted((a, b) => rank(report, a) - rank(report, b)).map((check) => checkRow(check, report))}</ul>
${accepted > 0 ? html`<p class="muted">${accepted} accepted, which do not count here.</p>` : EMPTY}
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

/** Risks that somebody took upon himself, and for how long; the first to end come first. */
export function acceptedRisks(report: Report, places: Places): Html {
  if (report.accepted === 0) return EMPTY;
  const rows = report.credentials
    .flatMap((credential) => credential.findings.map((finding) => ({ credential, finding })))
    .toSorted((a, b) => (untilOf(a.finding) < untilOf(b.finding) ? -1 : 1))
    .flatMap(({ credential, finding }) => riskRow(credential, finding, report, places));
  const rest = report.accepted - Math.min(ROWS, rows.length);
  return part({
    id: 'accepted',
    title: 'Accepted risks',
    note: 'They do not count while they last, and count again from the day after.',
    matter: html`<ul class="risks">${rows.slice(0, ROWS)}</ul>
${rest > 0 ? html`<p class="muted">${figure(rest)} more in report.json</p>` : EMPTY}`,
  });
}

function untilOf({ accepted }: ReportedFinding): string {
  return accepted?.until ?? '';
}

function riskRow(
  { secretArn, secretName }: CredentialReport,
  { check, status, evidence, accepted }: ReportedFinding,
  { checks }: Report,
  places: Places,
): Html[] {
  if (!accepted) return [];
  return [
    html`<li>
<div class="title"><h3>${checks[check]?.title ?? check}</h3><p class="tags"><span class="state ${status}">${STATUS_WORD[status]}</span> <code>${check}</code></p></div>
<p>${places.link(secretArn, secretName)} <span class="muted">${prose(evidence)}</span></p>
<p class="acceptance"><b>Until ${longDay(accepted.until)}${accepted.owner ? html`, <bdi>${accepted.owner}</bdi>` : EMPTY}:</b> <bdi>${accepted.reason}</bdi></p>
</li>`,
  ];
}

const REASONS: Readonly<Record<UnexaminedReason, string>> = {
  'access-denied': 'The audit may not read it',
  'not-found': 'It has been deleted meanwhile',
  'not-managed': 'It no longer carries the tag keyturn:managed=true',
  deadline: 'Its batch ran out of time',
  'examine-failed': 'The examination itself failed',
  crashed: 'It ended the process that examined it',
  'no-result': 'Its batch left no result',
};

/** What nobody looked at, never left out in silence. */
export function unexaminedList({ unexamined, totals }: Report): Html {
  if (totals.unexamined === 0) return EMPTY;
  const shown = unexamined.slice(0, ROWS);
  const rest = totals.unexamined - shown.length;
  return part({
    id: 'unexamined',
    title: 'Not examined',
    matter: html`<ul class="unexamined">${shown.map(
      ({ secretArn, reason, detail }) =>
        html`<li><code>${secretArn}</code> <span class="muted">${REASONS[reason]}${detail ? ` (${detail})` : ''}</span></li>`,
    )}</ul>
${rest > 0 ? html`<p class="muted">${figure(rest)} more in report.json</p>` : EMPTY}`,
  });
}
