import { createHash } from 'node:crypto';
import type { Run } from '../../run/run.ts';
import { CHECK_TEXTS, SEVERITY_WEIGHT } from '../credential-report.ts';
import { EMPTY, Html, html } from '../html.ts';
import type { CredentialReport, Report } from '../report.ts';
import { timeline } from './certificates.ts';
import { acceptedRisks, practiceList, unexaminedList, worstFirst } from './chapters.ts';
import { credentialList } from './credentials.ts';
import { figure, ICON_SYMBOLS, longDay, moment, Places, part } from './elements.ts';
import { overview } from './overview.ts';
import STYLE from './page.css' with { type: 'text' };
import SCRIPT from './page.js' with { type: 'text' };

/** Credentials of one page: 3 MB with all that a hundred checks found. With more it would no longer open on a phone. */
export const PER_PAGE = 100;

/** The report for people, in one file. Pure. */
export function render(report: Report): string {
  const credentials = report.credentials.slice(0, PER_PAGE);
  const places = new Places(credentials);
  return document({
    title: `Keyturn audit of ${longDay(report.startedAt)}`,
    run: report,
    credentials,
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
    note: html`All ${figure(totals.examined)}, in files beside this one. A link that expires opens this page only: ask for <code>GET /audits/${runId}/report?page=1</code>.`,
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
<p>The score is the share of the checks that passed, each weighed by its severity: critical ${SEVERITY_WEIGHT.critical}, high ${SEVERITY_WEIGHT.high}, medium ${SEVERITY_WEIGHT.medium}, low ${SEVERITY_WEIGHT.low}. A warning earns half. Unknown findings, notes, checks that do not apply, accepted risks and credentials that were not examined neither help nor harm; they are counted apart.</p>
<p>Unknown means that the audit could not see it, and says why. Refused access is never a pass and never a failure. The findings are evidence of what was seen at that time, not a certificate.</p>
<p>Run <code>${runId}</code></p>`;
}

/** One of the files beside the report's page, `credentials/<number>.html`. */
export interface CredentialPage {
  readonly number: number;
  readonly html: string;
}

/** How many files the credentials of a report fill: none when they all have their place in its own page. */
export function pagesFor(examined: number): number {
  return examined > PER_PAGE ? Math.ceil(examined / PER_PAGE) : 0;
}

/**
 * The files in which every credential of a large audit has its section, in the order in which they come; the report's own
 * page holds the worst ones only. Holds one page's credentials at a time.
 */
export class CredentialPages {
  readonly #run: Run;
  #held: CredentialReport[] = [];
  #written = 0;

  constructor(run: Run) {
    this.#run = run;
  }

  /** A page that is full, once it is known not to be the last. */
  add(credential: CredentialReport): CredentialPage | null {
    const page = this.#held.length === PER_PAGE ? this.#page(false) : null;
    this.#held.push(credential);
    return page;
  }

  /** The last page; null when there is no other, for then all are in the report's own. */
  end(): CredentialPage | null {
    return this.#written > 0 ? this.#page(true) : null;
  }

  #page(last: boolean): CredentialPage {
    this.#written += 1;
    const page = { number: this.#written, html: pageOf(this.#run, this.#held, this.#written, last) };
    this.#held = [];
    return page;
  }
}

function pageOf(run: Run, credentials: readonly CredentialReport[], number: number, last: boolean): string {
  const before =
    number > 1 ? html`<li><a href="${number - 1}.html" rel="prev">Page ${number - 1}</a></li>` : '';
  const after = last ? '' : html`<li><a href="${number + 1}.html" rel="next">Page ${number + 1}</a></li>`;
  return document({
    title: `Credentials, page ${number}: Keyturn audit of ${longDay(run.startedAt)}`,
    run,
    credentials,
    main: html`<nav class="contents" aria-label="Pages"><ul><li><a href="../report.html">The report</a></li>${before}${after}</ul></nav>
${credentialList({ ...run, credentials, checks: CHECK_TEXTS }, `Page ${number}, in the order of the audit.`)}`,
    footer: html`<p>Run <code>${run.runId}</code></p>`,
  });
}

interface Parts {
  readonly title: string;
  readonly run: Run;
  /** Those on this page. */
  readonly credentials: Report['credentials'];
  readonly main: Html;
  readonly footer: Html;
}

/** Secrets Manager's, up to the name of the secret. */
const ARN = /^arn:[\w-]+:secretsmanager:(?<region>[a-z0-9-]+):(?<account>\d{12}):/;

/** Only this very style sheet and this very script; a script may not even write markup (Trusted Types). */
const POLICY = [
  "default-src 'none'",
  `style-src '${hash(STYLE)}'`,
  `script-src '${hash(SCRIPT)}'`,
  "require-trusted-types-for 'script'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

/** A page that needs nothing but itself, and whose own policy forbids all else. Its script is never needed to read it. */
function document({ title, run, credentials, main, footer }: Parts): string {
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<meta name="robots" content="noindex">
<title>${title}</title>
<style>${new Html(STYLE)}</style>
</head>
<body>
${ICON_SYMBOLS}
<a class="skip" href="#content">Skip to the findings</a>
<header class="masthead">${masthead(run, credentials)}</header>
<main id="content" tabindex="-1">
${main}
</main>
<footer>${footer}</footer>
<script>${new Html(SCRIPT)}</script>
</body>
</html>
`;
  return page.toString();
}

/** The head of every page of one audit; `credentials` say which account and region it was. */
function masthead({ startedAt }: Run, credentials: Report['credentials']): Html {
  const { account, region } = ARN.exec(credentials[0]?.secretArn ?? '')?.groups ?? {};
  return html`<p class="brand">Keyturn</p>
<h1>Audit of the SMTP credentials</h1>
<p class="muted"><time datetime="${startedAt}">${moment(startedAt)}</time>${account && region ? html`<br>AWS account ${account}, ${region}` : EMPTY}</p>`;
}

function hash(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}
