import { EMPTY, type Html, html } from '../html.ts';
import type { CredentialReport, Report } from '../report.ts';
import { daysBetween, left, longDay } from './dates.ts';
import { findingList } from './findings.ts';
import { anchor } from './places.ts';
import { scoreMark, tally } from './tally.ts';

/** The credentials of one page, and what their findings refer to. */
export type Listed = Pick<Report, 'credentials' | 'checks' | 'startedAt'>;

/** One credential of the list. Its fragment shows it alone, as a page of its own, script or not. */
export function credentialSection(
  credential: CredentialReport,
  listed: Listed,
  place: number,
  open: boolean,
): Html {
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
