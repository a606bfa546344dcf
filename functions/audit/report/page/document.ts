import { createHash } from 'node:crypto';
import { EMPTY, Html, html } from '../html.ts';
import { ICON_SYMBOLS } from '../icons.ts';
import { STYLE } from '../style/style.ts';

interface Parts {
  readonly title: string;
  readonly header: Html;
  readonly main: Html;
  readonly footer: Html;
  /** Improves the page and is never needed to read it. */
  readonly script?: string;
}

/** A page that needs nothing but itself, and whose own policy forbids all else. */
export function document({ title, header, main, footer, script }: Parts): string {
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy(script)}">
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
<header class="masthead">${header}</header>
<main id="content" tabindex="-1">
${main}
</main>
<footer>${footer}</footer>
${script === undefined ? EMPTY : html`<script>${new Html(script)}</script>`}
</body>
</html>
`;
  return page.toString();
}

/** Only this very style sheet and this very script; a script may not even write markup (Trusted Types). */
function policy(script?: string): string {
  return [
    "default-src 'none'",
    `style-src '${hash(STYLE)}'`,
    script === undefined ? "script-src 'none'" : `script-src '${hash(script)}'`,
    "require-trusted-types-for 'script'",
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
}

function hash(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}
