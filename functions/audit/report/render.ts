import { EMPTY, type Html, html } from './html.ts';
import { acceptedRisks } from './page/accepted.ts';
import { PER_PAGE, pagesFor } from './page/credential-pages.ts';
import { credentialList } from './page/credentials.ts';
import { longDay } from './page/dates.ts';
import { document } from './page/document.ts';
import { masthead } from './page/masthead.ts';
import { overview } from './page/overview.ts';
import { part } from './page/part.ts';
import { Places } from './page/places.ts';
import { practiceList } from './page/practices.ts';
import { SCRIPT } from './page/script.ts';
import { figure } from './page/tally.ts';
import { timeline } from './page/timeline.ts';
import { unexaminedList } from './page/unexamined.ts';
import { worstFirst } from './page/worst.ts';
import type { Report } from './report.ts';
import { WEIGHT } from './score.ts';

/** The report for people, in one file. Pure. */
export function render(report: Report): string {
  const credentials = report.credentials.slice(0, PER_PAGE);
  const places = new Places(credentials);
  return document({
    title: `Keyturn audit of ${longDay(report.startedAt)}`,
    header: masthead(report, credentials),
    main: html`${overview(report)}
${contents(report)}
${worstFirst(report, places)}
${report.totals.examined > 0 ? practiceList(report) : EMPTY}
${timeline(report, places)}
${credentialList({ ...report, credentials }, selection(report, credentials.length))}
${otherPages(report)}
${acceptedRisks(report, places)}
${unexaminedList(report)}`,
    footer: footer(report),
    script: SCRIPT,
  });
}

function selection({ totals }: Report, shown: number): string {
  return shown < totals.examined
    ? `The worst ${figure(shown)} of ${figure(totals.examined)}.`
    : 'Worst first.';
}

/** The way to the credentials that have no place here. */
function otherPages({ totals, runId }: Report): Html {
  const pages = Array.from({ length: pagesFor(totals.examined) }, (_, index) => index + 1);
  if (pages.length === 0) return EMPTY;
  return part({
    id: 'all',
    title: 'All credentials',
    note: html`All ${figure(totals.examined)}, in files beside this one. From behind a link that expires they cannot be reached: ask for <code>GET /audits/${runId}/report?page=1</code>.`,
    matter: html`<ol class="pages">${pages.map((page) => html`<li><a href="credentials/${page}.html">Page ${page}</a></li>`)}</ol>`,
  });
}

function contents({ counts, credentials, accepted, totals }: Report): Html {
  const certified = credentials.some(({ certificate }) => certificate !== null);
  const links = [
    counts.fail + counts.warn > 0 ? html`<li><a href="#worst">Worst first</a></li>` : EMPTY,
    totals.examined > 0 ? html`<li><a href="#practices">Practices</a></li>` : EMPTY,
    certified ? html`<li><a href="#certificates">Certificates</a></li>` : EMPTY,
    credentials.length > 0 ? html`<li><a href="#credentials">Credentials</a></li>` : EMPTY,
    pagesFor(totals.examined) > 0 ? html`<li><a href="#all">All credentials</a></li>` : EMPTY,
    accepted > 0 ? html`<li><a href="#accepted">Accepted risks</a></li>` : EMPTY,
    totals.unexamined > 0 ? html`<li><a href="#unexamined">Not examined</a></li>` : EMPTY,
    html`<li><a href="#reading">How to read this</a></li>`,
  ];
  return html`<nav class="contents" aria-label="Contents"><ul>${links}</ul></nav>`;
}

function footer({ runId }: Report): Html {
  return html`<h2 id="reading">How to read this</h2>
<p>Keyturn keeps SMTP credentials in AWS Secrets Manager, rotates them, and audits them: it logs in with each one over TLS and looks at the server, the domain and the AWS account around it. This page is what one audit saw.</p>
<p>A failure breaks one of nineteen practices of safe mail sending, a warning does so in part, and a note only informs. Each says what was seen, why it matters and how to fix it.</p>
<p>The score is the share of the checks that passed, each weighed by its severity: critical ${WEIGHT.critical}, high ${WEIGHT.high}, medium ${WEIGHT.medium}, low ${WEIGHT.low}. A warning earns half. Unknown findings, notes, checks that do not apply, accepted risks and credentials that were not examined neither help nor harm; they are counted apart.</p>
<p>Unknown means that the audit could not see it, and says why. Refused access is never a pass and never a failure. The findings are evidence of what was seen at that time, not a certificate.</p>
<p>Run <code>${runId}</code></p>`;
}
