import { REASON_TEXT, type Status, type UnknownReason } from '../../outcome.ts';
import { EMPTY, type Html, html, prose } from '../html.ts';
import { icon, STATUS_WORD, tags } from '../icons.ts';
import type { CheckText, Report, ReportedFinding } from '../report.ts';
import { longDay, standing } from './dates.ts';

const LOUD: readonly Status[] = ['fail', 'warn'];

type Checks = Report['checks'];
/** What the words about a finding refer to. */
type Context = Pick<Report, 'checks' | 'startedAt'>;

/** All findings of one credential: what wants a person, what was accepted, what could not be seen, and the rest. */
export function findingList(findings: readonly ReportedFinding[], { checks, startedAt }: Context): Html {
  const loud = findings.filter(({ status }) => LOUD.includes(status));
  const unseen = findings.filter((finding) => finding.status === 'unknown');
  const quiet = findings.filter(({ status }) => !LOUD.includes(status) && status !== 'unknown');
  return html`${loud.map((finding) => card(finding, checks[finding.check], startedAt))}
${[...Map.groupBy(unseen, ({ reason }) => reason)].map(([reason, group]) => unknownList(reason, group, checks))}
${quiet.length > 0 ? quietList(quiet, checks) : EMPTY}`;
}

function card(finding: ReportedFinding, check: CheckText | undefined, startedAt: string): Html {
  const { check: id, status, evidence, accepted } = finding;
  return html`<article class="finding ${accepted ? 'accepted' : status}"${marks(finding, check)}>
${icon(accepted ? 'accepted' : status)}
<div>
<div class="title"><h4><span class="state ${status}">${STATUS_WORD[status]}</span> ${check?.title ?? id}</h4> ${tags(check?.severity ?? 'medium', id)}</div>
<p class="evidence">${prose(evidence)}</p>
${history(finding, startedAt)}
${check ? advice(check) : EMPTY}
</div>
</article>`;
}

/** What the filter looks at. */
function marks({ status, accepted }: ReportedFinding, check: CheckText | undefined): Html {
  return html` data-status="${accepted ? `accepted ${status}` : status}" data-practices="${check?.practices.join(' ') ?? ''}"`;
}

function history({ firstSeenAt, accepted, acceptanceExpired }: ReportedFinding, startedAt: string): Html {
  const since = firstSeenAt ? html`<p class="since">${standing(firstSeenAt, startedAt)}</p>` : EMPTY;
  const expired = acceptanceExpired
    ? html`<p class="since"><b>The acceptance ended on ${longDay(acceptanceExpired)}</b>: it counts again.</p>`
    : EMPTY;
  if (!accepted) return html`${since}${expired}`;
  const owner = accepted.owner ? html` by <bdi>${accepted.owner}</bdi>` : EMPTY;
  return html`${since}<p class="acceptance"><b>Accepted${owner} until ${longDay(accepted.until)}:</b> <bdi>${accepted.reason}</bdi></p>`;
}

function advice({ why, remediation, reference }: CheckText): Html {
  return html`<dl class="advice">
<dt>Why</dt><dd>${prose(why)}</dd>
<dt>Remediation</dt><dd>${prose(remediation)}</dd>
<dt>Source</dt><dd><a href="${reference.url}" rel="noreferrer">${reference.title}</a></dd>
</dl>`;
}

/** What could not be seen for one and the same reason. */
function unknownList(reason: UnknownReason, findings: readonly ReportedFinding[], checks: Checks): Html {
  return html`<article class="finding unknown group">
${icon('unknown')}
<div>
<h4><span class="state unknown">${STATUS_WORD.unknown}</span> ${REASON_TEXT[reason]}</h4>
<ul class="lines">${findings.map((finding) => line(finding, checks, EMPTY))}</ul>
</div>
</article>`;
}

function quietList(findings: readonly ReportedFinding[], checks: Checks): Html {
  return html`<details class="quiet group">
<summary>${findings.length} checks that ask for nothing</summary>
<ul class="lines">${findings.map((finding) => line(finding, checks, mark(finding.status)))}</ul>
</details>`;
}

function mark(status: Status): Html {
  return html`${icon(status)} <span class="unseen">${STATUS_WORD[status]}: </span>`;
}

function line(finding: ReportedFinding, checks: Checks, sign: Html): Html {
  const { check, evidence } = finding;
  return html`<li${marks(finding, checks[check])}>${sign}<p><b>${checks[check]?.title ?? check}</b> <span class="muted">${prose(evidence)}</span></p></li>`;
}
