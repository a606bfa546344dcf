import type { CertificateFacts } from '../../../net/certificate.ts';
import { EMPTY, type Html, html } from '../html.ts';
import type { CredentialReport, Report } from '../report.ts';
import { daysBetween, left, longDay, type Places, part, shortDay } from './elements.ts';

/** Rows; the ones that expire later are only counted. */
const ROWS = 40;
const NAMED = 3;
const LEAST_DAYS = 90;
/** No public certificate lives longer; what private ones have beyond it is cut off. */
const MOST_DAYS = 400;
const FAIL_DAYS = 7;
const WARN_DAYS = 21;

/** The time that each certificate has left, from the day of the audit on. */
export function timeline({ credentials, startedAt, totals }: Report, places: Places): Html {
  const certificates = certificatesOf(credentials);
  if (certificates.length === 0) return EMPTY;
  const span = spanOf(certificates, startedAt);
  const rest = certificates.length - ROWS;
  const scope =
    credentials.length < totals.examined
      ? `The time that each has left, of the ${credentials.length} worst credentials.`
      : 'The time that each has left.';
  return part({
    id: 'certificates',
    title: 'Certificates',
    note: `${scope} Soonest to expire first.`,
    matter: html`<table class="timeline">
<thead><tr><th scope="col">Server</th><th scope="col" class="axis">${axis(startedAt, span)}</th><th scope="col">Expires</th></tr></thead>
<tbody>${certificates.slice(0, ROWS).map((certificate) => row(certificate, startedAt, span, places))}</tbody>
</table>
${rest > 0 ? html`<p class="muted">and ${rest} more that expire later</p>` : EMPTY}`,
  });
}

function spanOf(certificates: readonly SharedCertificate[], today: string): number {
  const longest = Math.max(...certificates.map(({ certificate }) => daysBetween(today, certificate.validTo)));
  return Math.min(MOST_DAYS, Math.max(LEAST_DAYS, longest + 10)) || LEAST_DAYS;
}

/** The first days of months between today and the end, as shares of the span. */
function months(today: string, span: number): { readonly x: string; readonly label: string }[] {
  const start = new Date(today);
  const step = span > 200 ? 2 : 1;
  return Array.from({ length: 14 }, (_, index) =>
    new Date(Date.UTC(start.getUTCFullYear(), start.getUTCMonth() + 1 + index * step, 1)).toISOString(),
  )
    .map((date) => ({ share: (100 * daysBetween(today, date)) / span, date }))
    .filter(({ share }) => share > 8 && share < 96)
    .map(({ share, date }) => ({ x: `${share.toFixed(2)}%`, label: shortDay(date).replace(/^\d+ /, '') }));
}

function axis(today: string, span: number): Html {
  return html`<span class="unseen">Time left</span><svg aria-hidden="true"><text class="label" x="0" y="13">Today</text>${months(
    today,
    span,
  ).map(
    ({ x, label }) => html`<text class="label" x="${x}" y="13" text-anchor="middle">${label}</text>`,
  )}</svg>`;
}

function row(shared: SharedCertificate, today: string, span: number, places: Places): Html {
  const { certificate, hosts, credentials } = shared;
  const days = daysBetween(today, certificate.validTo);
  const width = Math.min(100, Math.max(0.6, (100 * days) / span));
  const rest = credentials.length - NAMED;
  return html`<tr class="${urgency(days)}"><th scope="row"><bdi>${hosts.join(', ') || certificate.subject}</bdi>
<span class="muted">${named(credentials, places)}${rest > 0 ? ` and ${rest} more` : ''}</span></th>
<td class="axis"><svg aria-hidden="true">${months(today, span).map(
    ({ x }) => html`<line class="grid" x1="${x}" x2="${x}" y1="0" y2="100%"/>`,
  )}<rect class="life" width="${width.toFixed(2)}%" y="50%" height="8" transform="translate(0 -4)"/></svg></td>
<td><time datetime="${certificate.validTo}">${longDay(certificate.validTo)}</time> <span class="left">${left(days)}</span></td></tr>`;
}

function named(credentials: SharedCertificate['credentials'], places: Places): Html[] {
  return credentials
    .slice(0, NAMED)
    .map(
      ({ secretArn, secretName }, index) =>
        html`${index > 0 ? ', ' : ''}${places.link(secretArn, secretName)}`,
    );
}

function urgency(days: number): string {
  if (days < FAIL_DAYS) return 'fail';
  return days < WARN_DAYS ? 'warn' : 'pass';
}

/** One certificate, however many credentials meet it. */
export interface SharedCertificate {
  readonly certificate: CertificateFacts;
  /** Hosts that served it, each once. */
  readonly hosts: readonly string[];
  readonly credentials: readonly CredentialReport[];
}

/** Those that expire first come first. */
function certificatesOf(credentials: readonly CredentialReport[]): SharedCertificate[] {
  const groups = Map.groupBy(
    credentials.filter(({ certificate }) => certificate !== null),
    ({ certificate }) => certificate?.fingerprint256 ?? '',
  );
  return [...groups.values()].flatMap(shared).toSorted(soonest);
}

function shared(credentials: readonly CredentialReport[]): SharedCertificate[] {
  const certificate = credentials[0]?.certificate;
  if (!certificate) return [];
  const hosts = new Set(credentials.flatMap(({ endpoint }) => (endpoint ? [endpoint.host] : [])));
  return [{ certificate, hosts: [...hosts], credentials }];
}

function soonest(a: SharedCertificate, b: SharedCertificate): number {
  return Date.parse(a.certificate.validTo) - Date.parse(b.certificate.validTo);
}
