import { EMPTY, type Html, html, prose } from '../html.ts';
import { STATUS_WORD } from '../icons.ts';
import type { CredentialReport, Report, ReportedFinding } from '../report.ts';
import { longDay } from './dates.ts';
import { part } from './part.ts';
import type { Places } from './places.ts';
import { figure } from './tally.ts';

const ROWS = 50;

/** Risks that somebody took upon himself, and for how long; the first to end come first. */
export function acceptedRisks(report: Report, places: Places): Html {
  if (report.accepted === 0) return EMPTY;
  const rows = report.credentials
    .flatMap((credential) => credential.findings.map((finding) => ({ credential, finding })))
    .toSorted((a, b) => (untilOf(a.finding) < untilOf(b.finding) ? -1 : 1))
    .flatMap(({ credential, finding }) => row(credential, finding, report, places));
  const rest = report.accepted - Math.min(ROWS, rows.length);
  return part({
    id: 'accepted',
    title: 'Accepted risks',
    note: 'They weigh nothing while they last, and count again on the day after.',
    matter: html`<ul class="risks">${rows.slice(0, ROWS)}</ul>
${rest > 0 ? html`<p class="muted">${figure(rest)} more in report.json</p>` : EMPTY}`,
  });
}

function untilOf({ accepted }: ReportedFinding): string {
  return accepted?.until ?? '';
}

function row(
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
