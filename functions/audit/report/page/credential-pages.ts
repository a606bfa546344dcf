import type { Run } from '../../run/run.ts';
import { CHECK_TEXTS } from '../credential-report.ts';
import { html } from '../html.ts';
import type { CredentialReport } from '../report.ts';
import { credentialList } from './credentials.ts';
import { longDay } from './dates.ts';
import { document } from './document.ts';
import { masthead } from './masthead.ts';
import { SCRIPT } from './script.ts';

/** Credentials of one page: 3 MB with all that a hundred checks found. With more it would no longer open on a phone. */
export const PER_PAGE = 100;

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
    header: masthead(run, credentials),
    main: html`<nav class="contents" aria-label="Pages"><ul><li><a href="../report.html">The report</a></li>${before}${after}</ul></nav>
${credentialList({ ...run, credentials, checks: CHECK_TEXTS }, `Page ${number}, in the order of the audit.`)}`,
    footer: html`<p>Run <code>${run.runId}</code></p>`,
    script: SCRIPT,
  });
}
