import type { Status } from '../outcome.ts';
import { type Html, html } from './html.ts';

/** One shape a status, so that colour is never the only sign. */
export const ICON_SYMBOLS: Html = html`<svg class="symbols" aria-hidden="true">
<symbol id="i-fail" viewBox="0 0 20 20"><circle cx="10" cy="10" r="9" fill="currentColor"/><path d="M6.7 6.7l6.6 6.6M13.3 6.7l-6.6 6.6" class="cut"/></symbol>
<symbol id="i-warn" viewBox="0 0 20 20"><path d="M10 1.8 19 17.6H1z" fill="currentColor" stroke="currentColor" stroke-width="1.4" stroke-linejoin="round"/><path d="M10 7.2v4.6M10 14.6v.1" class="cut"/></symbol>
<symbol id="i-unknown" viewBox="0 0 20 20"><rect x="1" y="1" width="18" height="18" rx="5" fill="currentColor"/><path d="M7.2 7.6c0-3.4 5.6-3.4 5.6 0 0 2.1-2.8 2.2-2.8 4.2M10 14.8v.1" class="cut"/></symbol>
<symbol id="i-info" viewBox="0 0 20 20"><circle cx="10" cy="10" r="8.2" fill="none" stroke="currentColor" stroke-width="1.7"/><path d="M10 9.4v4.6M10 6.2v.1" class="line"/></symbol>
<symbol id="i-pass" viewBox="0 0 20 20"><circle cx="10" cy="10" r="8.2" fill="none" stroke="currentColor" stroke-width="1.7"/><path d="M6.2 10.3l2.7 2.7 5-5.6" class="line"/></symbol>
<symbol id="i-accepted" viewBox="0 0 20 20"><path d="M5 18.5V2.2M5 3h10.2l-2.6 3.7 2.6 3.7H5" class="line"/></symbol>
<symbol id="i-not-applicable" viewBox="0 0 20 20"><circle cx="10" cy="10" r="8.2" fill="none" stroke="currentColor" stroke-width="1.7" stroke-dasharray="2.4 2.7"/><path d="M6.8 10h6.4" class="line"/></symbol>
</svg>`;

export const STATUS_WORD: Readonly<Record<Status, string>> = {
  fail: 'Fail',
  warn: 'Warning',
  unknown: 'Unknown',
  info: 'Note',
  pass: 'Pass',
  'not-applicable': 'Not applicable',
};

export function icon(status: Status | 'accepted'): Html {
  return html`<svg class="icon ${status}" aria-hidden="true"><use href="#i-${status}"/></svg>`;
}

/** How much a check matters, and the id by which it is known. */
export function tags(severity: string, check: string): Html {
  return html`<p class="tags"><span class="tag ${severity}">${severity}</span> <code>${check}</code></p>`;
}
