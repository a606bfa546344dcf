import type { UnexaminedReason } from '../../run/examined.ts';
import { EMPTY, type Html, html } from '../html.ts';
import type { Report } from '../report.ts';
import { part } from './part.ts';
import { figure } from './tally.ts';

/** Named before the rest is only counted. */
const NAMED = 50;

const REASONS: Readonly<Record<UnexaminedReason, string>> = {
  'access-denied': 'The audit may not read it',
  'not-found': 'It was deleted meanwhile',
  'not-managed': 'It lost the tag keyturn:managed=true',
  deadline: 'The time of its batch was over',
  'examine-failed': 'The examination itself failed',
  crashed: 'It ended the process that examined it',
  'no-result': 'Its batch left no result',
};

/** What nobody looked at, never left out in silence. */
export function unexaminedList({ unexamined, totals }: Report): Html {
  if (totals.unexamined === 0) return EMPTY;
  const shown = unexamined.slice(0, NAMED);
  const rest = totals.unexamined - shown.length;
  return part({
    id: 'unexamined',
    title: 'Not examined',
    matter: html`<ul class="unexamined">${shown.map(
      ({ secretArn, reason, detail }) =>
        html`<li><code>${secretArn}</code> <span class="muted">${REASONS[reason]}${detail ? ` (${detail})` : ''}</span></li>`,
    )}</ul>
${rest > 0 ? html`<p class="muted">${figure(rest)} more in report.json</p>` : EMPTY}`,
  });
}
