import { PRACTICES } from '../../check.ts';
import { EMPTY, type Html, html } from '../html.ts';
import { credentialSection, type Listed } from './credential.ts';
import { part } from './part.ts';

/** The worst ones are open from the start. */
const OPEN = 2;

const FILTERS = {
  fail: 'Fail',
  warn: 'Warning',
  unknown: 'Unknown',
  accepted: 'Accepted',
  info: 'Note',
  pass: 'Pass',
} as const;

/** Credentials, each with all that was found, and a filter that only shows where scripts run. `note` says which they are. */
export function credentialList(listed: Listed, note: string): Html {
  const { credentials } = listed;
  if (credentials.length === 0) return EMPTY;
  return part({
    id: 'credentials',
    title: 'Credentials',
    note,
    matter: html`${filter(credentials.length)}
<div class="credentials">${credentials.map((credential, index) =>
      credentialSection(credential, listed, index + 1, index < OPEN && credential.counts.fail > 0),
    )}</div>`,
  });
}

function filter(count: number): Html {
  return html`<form id="filter" role="search" aria-label="Findings" hidden>
<p class="field"><label for="words">Search</label><input id="words" name="words" type="search" autocomplete="off" spellcheck="false" placeholder="Name, host, check or evidence"></p>
<p class="field"><label for="practice">Practice</label><select id="practice" name="practice"><option value="">All</option>${Object.entries(
    PRACTICES,
  ).map(([number, title]) => html`<option value="${number}">${number} ${title}</option>`)}</select></p>
<fieldset><legend class="unseen">Status</legend>${Object.entries(FILTERS).map(
    ([status, word]) =>
      html`<label class="chip ${status}"><input type="checkbox" name="status" value="${status}"> ${word}</label>`,
  )}<button type="reset">Clear</button></fieldset>
<p id="matches" role="status" class="muted">${count} credentials</p>
</form>`;
}
