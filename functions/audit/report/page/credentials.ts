import { isWorry, PRACTICES, REASON_TEXT, type Status, type UnknownReason } from '../../check.ts';
import { EMPTY, type Html, html, prose } from '../html.ts';
import type { CheckText, CredentialReport, Report, ReportedFinding } from '../report.ts';
import {
  anchor,
  daysBetween,
  icon,
  left,
  longDay,
  part,
  STATUS_WORD,
  scoreMark,
  standing,
  tags,
  tally,
} from './elements.ts';

/** The worst ones are open from the start. */
const OPEN = 2;

const FILTERS = {
  fail: 'Fail',
  warn: 'Warning',
  unknown: 'Unknown',
  accepted: 'Accepted',
  info: 'Note',
  pass: 'Pass',
} as const;

/** Credentials, each with all that was found, and a filter that only shows where scripts run. `note` says which they are. */
export function credentialList(listed: Listed, note: string): Html {
  const { credentials } = listed;
  if (credentials.length === 0) return EMPTY;
  return part({
    id: 'credentials',
    title: 'Credentials',
    note,
    matter: html`${filter(credentials.length)}
<div class="credentials">${credentials.map((credential, index) =>
      credentialSection(credential, listed, index + 1, index < OPEN && credential.counts.fail > 0),
    )}</div>`,
  });
}

function filter(count: number): Html {
  return html`<form id="filter" role="search" aria-label="Findings" hidden>
<p class="field"><label for="words">Search</label><input id="words" name="words" type="search" autocomplete="off" spellcheck="false" placeholder="Name, host, check or evidence"></p>
<p class="field"><label for="practice">Practice</label><select id="practice" name="practice"><option value="">All</option>${Object.entries(
    PRACTICES,
  ).map(([number, title]) => html`<option value="${number}">${number} ${title}</option>`)}</select></p>
<fieldset><legend class="unseen">Status</legend>${Object.entries(FILTERS).map(
    ([status, word]) =>
      html`<label class="chip ${status}"><input type="checkbox" name="status" value="${status}"> ${word}</label>`,
  )}<button type="reset">Clear</button></fieldset>
<p id="matches" role="status" class="muted">${count} credentials</p>
</form>`;
}

/** The credentials of one page, and what their findings refer to. */
export type Listed = Pick<Report, 'credentials' | 'checks' | 'startedAt'>;

/** One credential of the list. Its fragment shows it alone, as a page of its own, script or not. */
function credentialSection(credential: CredentialReport, listed: Listed, place: number, open: boolean): Html {
  return html`<details class="credential"${open ? html` open` : EMPTY}>
<summary>${heading(credential)}</summary>
<div class="file" id="${anchor(place)}" tabindex="-1">
<nav class="paging" aria-label="Credentials"><a href="#credentials">All credentials</a>${neighbours(listed, place)}</nav>
<p class="alone"><a href="#${anchor(place)}">Show this credential alone</a></p>
${dossier(credential, listed)}
</div>
</details>`;
}

/** Who it is and how it stands, in one line. */
function heading({ secretName, endpoint, verdict, score, counts, accepted }: CredentialReport): Html {
  const place = endpoint
    ? html`<bdi class="key">${endpoint.host}:${endpoint.port}</bdi>, ${endpoint.security}`
    : 'server not known';
  return html`${scoreMark(score, counts)}
<span class="who"><h3><bdi class="key">${secretName}</bdi></h3><span class="muted">${place}</span></span>
<span class="stand">${tally(counts, ['fail', 'warn', 'unknown', 'pass'])}${accepted > 0 ? html`<span class="muted">${accepted} accepted</span>` : EMPTY}</span>
<span class="login">${verdict ? html`login: <span class="key">${verdict}</span>` : 'no login'}</span>`;
}

/** All that the audit knows about a credential. */
function dossier(credential: CredentialReport, listed: Listed): Html {
  const { secretArn, versionId, certificate, findings } = credential;
  return html`<dl class="facts">
<dt>Secret</dt><dd><code>${secretArn}</code></dd>
${versionId ? html`<dt>Version</dt><dd><code>${versionId}</code></dd>` : EMPTY}
${
  certificate
    ? html`<dt>Certificate</dt><dd><bdi>${certificate.subject || 'no subject'}</bdi>, issued by <bdi>${certificate.issuer || 'nobody named'}</bdi>, until ${longDay(certificate.validTo)} (${left(daysBetween(listed.startedAt, certificate.validTo))})</dd>`
    : EMPTY
}
</dl>
${findingList(findings, listed)}`;
}

function neighbours({ credentials }: Listed, place: number): Html {
  const [before, after] = [credentials[place - 2], credentials[place]];
  return html`${before ? html`<a href="#${anchor(place - 1)}" rel="prev">Previous: <bdi>${before.secretName}</bdi></a>` : EMPTY}${
    after ? html`<a href="#${anchor(place + 1)}" rel="next">Next: <bdi>${after.secretName}</bdi></a>` : EMPTY
  }`;
}

type Checks = Report['checks'];
/** What the words about a finding refer to. */
type Context = Pick<Report, 'checks' | 'startedAt'>;

/** All findings of one credential: what wants a person, what was accepted, what could not be seen, and the rest. */
function findingList(findings: readonly ReportedFinding[], { checks, startedAt }: Context): Html {
  const loud = findings.filter(isWorry);
  const unseen = findings.filter((finding) => finding.status === 'unknown');
  const quiet = findings.filter((finding) => !isWorry(finding) && finding.status !== 'unknown');
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
<summary>${findings.length} checks that need no action</summary>
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
