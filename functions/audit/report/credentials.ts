import type { Finding } from '../examined.ts';
import { REASON_TEXT, type Status, type UnknownReason } from '../outcome.ts';
import { EMPTY, type Html, html, prose } from './html.ts';
import { icon, STATUS_WORD, tags } from './icons.ts';
import { countWords, ring } from './overview.ts';
import type { CheckText, CredentialReport, Report } from './report.ts';

/** A page with more would no longer open on a phone; the JSON report holds them all. */
const SHOWN = 200;
/** The worst ones are open from the start. */
const OPEN = 3;
const LOUD: readonly Status[] = ['fail', 'warn'];

export type Shown = ReadonlyMap<string, string>;

/** The anchors of the credentials that have a section of their own, by ARN. */
export function shownCredentials({ credentials }: Report): Shown {
  return new Map(
    credentials.slice(0, SHOWN).map(({ secretArn }, index) => [secretArn, `credential-${index + 1}`]),
  );
}

export function credentialList({ credentials, checks }: Report, shown: Shown): Html {
  if (credentials.length === 0) return EMPTY;
  const hidden = credentials.length - shown.size;
  const sections = credentials
    .filter(({ secretArn }) => shown.has(secretArn))
    .map((credential, index) =>
      section(credential, checks, shown.get(credential.secretArn) ?? '', index < OPEN),
    );
  return html`<section aria-labelledby="credentials-title">
<h2 id="credentials-title">Credentials</h2>
${sections}
${hidden > 0 ? html`<p class="muted">${hidden} more are in report.json; these are the worst ${shown.size}.</p>` : EMPTY}
</section>`;
}

function section(
  credential: CredentialReport,
  checks: Report['checks'],
  anchor: string,
  worst: boolean,
): Html {
  const { secretName, endpoint, verdict, score, counts, findings } = credential;
  const loud = findings.filter(({ status }) => LOUD.includes(status));
  const unseen = findings.filter((finding) => finding.status === 'unknown');
  const quiet = findings.filter((finding) => !LOUD.includes(finding.status) && finding.status !== 'unknown');
  const place = endpoint ? `${endpoint.host}:${endpoint.port}, ${endpoint.security}` : 'server not known';
  return html`<details class="credential" id="${anchor}"${worst && loud.length > 0 ? html` open` : EMPTY}>
<summary>
${ring(score, counts, 'small')}
<div><h3>${secretName}</h3><p class="muted">${place}</p><p class="words">${countWords(counts)}</p></div>
<span class="login">${verdict ? html`<span class="unseen">Login: </span>${verdict}` : 'no login'}</span>
</summary>
${loud.map((finding) => card(finding, checks[finding.check]))}
${[...Map.groupBy(unseen, ({ reason }) => reason)].map(([reason, group]) => unknownList(reason, group, checks))}
${quiet.length > 0 ? quietList(quiet, checks) : EMPTY}
</details>`;
}

function card({ check: id, status, evidence }: Finding, check: CheckText | undefined): Html {
  return html`<article class="finding ${status}">
${icon(status)}
<div>
<div class="title"><h4><span class="state ${status}">${STATUS_WORD[status]}</span> ${check?.title ?? id}</h4> ${tags(check?.severity ?? 'medium', id)}</div>
<p class="evidence">${prose(evidence)}</p>
${check ? advice(check) : EMPTY}
</div>
</article>`;
}

function advice({ why, mend, reference }: CheckText): Html {
  return html`<dl>
<dt>Why</dt><dd>${prose(why)}</dd>
<dt>Mend</dt><dd>${prose(mend)}</dd>
<dt>Source</dt><dd><a href="${reference.url}" rel="noreferrer">${reference.title}</a></dd>
</dl>`;
}

/** What could not be seen for one and the same reason. */
function unknownList(reason: UnknownReason, findings: readonly Finding[], checks: Report['checks']): Html {
  return html`<article class="finding unknown">
${icon('unknown')}
<div>
<h4><span class="state unknown">${STATUS_WORD.unknown}</span> ${REASON_TEXT[reason]}</h4>
<ul class="lines">${findings.map((finding) => html`<li>${line(finding, checks)}</li>`)}</ul>
</div>
</article>`;
}

function quietList(findings: readonly Finding[], checks: Report['checks']): Html {
  return html`<details class="quiet">
<summary>${findings.length} checks that ask for nothing</summary>
<ul class="lines">${findings.map(
    (finding) =>
      html`<li>${icon(finding.status)} <span class="unseen">${STATUS_WORD[finding.status]}: </span>${line(finding, checks)}</li>`,
  )}</ul>
</details>`;
}

function line({ check, evidence }: Finding, checks: Report['checks']): Html {
  return html`<p><b>${checks[check]?.title ?? check}</b> <span class="muted">${prose(evidence)}</span></p>`;
}
