import { createHash } from 'node:crypto';
import type { Unexamined, UnexaminedReason } from '../examined.ts';
import { credentialList, shownCredentials } from './credentials.ts';
import { EMPTY, Html, html } from './html.ts';
import { ICON_SYMBOLS } from './icons.ts';
import { overview } from './overview.ts';
import { practiceList } from './practices.ts';
import type { Report } from './report.ts';
import { WEIGHT } from './score.ts';
import { STYLE } from './style.ts';
import { worstFirst } from './worst.ts';

const DATE = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' });
/** Named before the rest is only counted. */
const NAMED = 50;

const UNEXAMINED_TEXT: Readonly<Record<UnexaminedReason, string>> = {
  'access-denied': 'the audit may not read it',
  'not-found': 'it was deleted meanwhile',
  'not-managed': 'it lost the tag keyturn:managed=true',
  deadline: 'the time of its batch was over',
  'examine-failed': 'the examination itself failed',
  'no-result': 'its batch left no result',
};

/** One page that needs nothing but itself: no script, no request, and a policy that forbids both. Pure. */
export function render(report: Report): string {
  const shown = shownCredentials(report);
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy()}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>Keyturn audit of ${report.startedAt.slice(0, 10)}</title>
<style>${new Html(STYLE)}</style>
</head>
<body>
${ICON_SYMBOLS}
<a class="skip" href="#content">Skip to the findings</a>
<header>
<p class="brand">Keyturn</p>
<h1>Audit of the SMTP credentials</h1>
<p class="muted"><time datetime="${report.startedAt}">${DATE.format(new Date(report.startedAt))} UTC</time></p>
</header>
<main id="content">
${overview(report)}
${worstFirst(report, (secretArn) => shown.get(secretArn))}
${practiceList(report.practices)}
${credentialList(report, shown)}
${unexaminedList(report.unexamined)}
</main>
${footer(report)}
</body>
</html>
`;
  return page.toString();
}

/** Only this very style sheet may apply; everything else is forbidden. */
function policy(): string {
  const hash = createHash('sha256').update(STYLE).digest('base64');
  return `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`;
}

function unexaminedList(unexamined: readonly Unexamined[]): Html {
  if (unexamined.length === 0) return EMPTY;
  const rest = unexamined.length - NAMED;
  return html`<section aria-labelledby="unexamined-title">
<h2 id="unexamined-title">Not examined</h2>
<ul class="unexamined">${unexamined
    .slice(0, NAMED)
    .map(
      ({ secretArn, reason, detail }) =>
        html`<li><code>${secretArn}</code> <span>${UNEXAMINED_TEXT[reason]}${detail ? ` (${detail})` : ''}</span></li>`,
    )}</ul>
${rest > 0 ? html`<p class="muted">and ${rest} more in report.json</p>` : EMPTY}
</section>`;
}

function footer({ runId }: Report): Html {
  return html`<footer>
<h2>How to read this</h2>
<p>The score is the share of the checks that passed, each weighed by its severity: critical ${WEIGHT.critical}, high ${WEIGHT.high}, medium ${WEIGHT.medium}, low ${WEIGHT.low}. A warning earns half. Unknown findings, notes, checks that do not apply and credentials that were not examined neither help nor harm; they are counted apart.</p>
<p>Unknown means that the audit could not see it, and says why. Refused access is never a pass and never a failure. The findings are evidence of what was seen at that time, not a certificate.</p>
<p class="muted">Run <code>${runId}</code></p>
</footer>`;
}
