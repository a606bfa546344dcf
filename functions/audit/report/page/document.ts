import { createHash } from 'node:crypto';
import type { Run } from '../../run/run.ts';
import { EMPTY, Html, html } from '../html.ts';
import type { Report } from '../report.ts';
import { ICON_SYMBOLS, moment } from './elements.ts';
import STYLE from './page.css' with { type: 'text' };
import SCRIPT from './page.js' with { type: 'text' };

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
export function document({ title, run, credentials, main, footer }: Parts): string {
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
