import { worries } from './aggregate.ts';
import { EMPTY, type Html, html } from './html.ts';
import { icon, STATUS_WORD, tags } from './icons.ts';
import type { Report, Worry } from './report.ts';

/** Credentials named for one check before the rest is only counted. */
const NAMED = 4;

/** What to do first: failures and warnings of all credentials, one entry a check. */
export function worstFirst(report: Report, anchorOf: (secretArn: string) => string | undefined): Html {
  const groups = Map.groupBy(worries(report), ({ check, status }) => `${status} ${check}`);
  if (groups.size === 0) return EMPTY;
  return html`<section aria-labelledby="worst-title">
<h2 id="worst-title">Worst first</h2>
<ol class="worst">${[...groups.values()].map((group) => entry(group, anchorOf))}</ol>
</section>`;
}

function entry(group: readonly Worry[], anchorOf: (secretArn: string) => string | undefined): Html {
  const [first] = group;
  if (!first) return EMPTY;
  const rest = group.length - NAMED;
  return html`<li class="worry ${first.status}">
${icon(first.status)}
<div>
<div class="title"><h3><span class="unseen">${STATUS_WORD[first.status]}: </span>${first.title}</h3> ${tags(first.severity, first.check)}</div>
<ul class="where">${group.slice(0, NAMED).map((worry) => where(worry, anchorOf(worry.secretArn)))}</ul>
${rest > 0 ? html`<p class="muted">and ${rest} more</p>` : EMPTY}
</div>
</li>`;
}

function where({ secretName, evidence }: Worry, anchor: string | undefined): Html {
  const name = anchor ? html`<a href="#${anchor}">${secretName}</a>` : html`<b>${secretName}</b>`;
  return html`<li>${name} <span>${evidence}</span></li>`;
}
