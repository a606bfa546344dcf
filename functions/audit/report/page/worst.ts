import { worries } from '../credential-report.ts';
import { EMPTY, type Html, html, prose } from '../html.ts';
import { icon, STATUS_WORD, tags } from '../icons.ts';
import { alarm } from '../order.ts';
import type { Report, Worry } from '../report.ts';
import { standing } from './dates.ts';
import { part } from './part.ts';
import type { Places } from './places.ts';
import { figure } from './tally.ts';

/** Credentials named for one check before the rest is only counted. */
const NAMED = 4;

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
    note: 'One entry a check: failures, then warnings, each by severity and number.',
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
  const named = examples.slice(0, NAMED);
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
