import { STATUSES, type Status } from '../../check.ts';
import type { Counts } from '../../run/run.ts';
import { EMPTY, type Html, html } from '../html.ts';

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

const FIGURES = new Intl.NumberFormat('en-GB');

/** "76,560". */
export function figure(count: number): string {
  return FIGURES.format(count);
}

/** How findings are spread over the statuses; its figures stand beside it. */
export function bar(counts: Counts): Html {
  const total = STATUSES.reduce((sum, status) => sum + counts[status], 0);
  let before = 0;
  const stripes = STATUSES.filter((status) => counts[status] > 0).map((status) => {
    const width = (100 * counts[status]) / total;
    const stripe = html`<rect class="${status}" x="${before.toFixed(2)}%" width="${width.toFixed(2)}%" height="100%"/>`;
    before += width;
    return stripe;
  });
  return html`<svg class="bar" aria-hidden="true">${stripes}</svg>`;
}

/** Small figures with their icons, those of `statuses` that occur. */
export function tally(counts: Counts, statuses: readonly Status[]): Html {
  const shown = statuses.filter((status) => counts[status] > 0);
  return html`<span class="tally">${shown.map(
    (status) =>
      html`<span class="${status}">${icon(status)}${figure(counts[status])}<span class="unseen"> ${STATUS_WORD[status].toLowerCase()} </span></span>`,
  )}</span>`;
}

/** Green is for those without a failure and without a blind spot, however high the score. */
export function band(score: number | null, { fail, unknown }: Counts): string {
  if (score === null) return 'none';
  if (fail > 0) return 'fail';
  return unknown > 0 ? 'unknown' : 'pass';
}

/** A score of 0 to 100 as a figure over a thin bar. */
export function scoreMark(score: number | null, counts: Counts): Html {
  const label = score === null ? 'No score' : `Score ${score} of 100`;
  return html`<span class="mark ${band(score, counts)}"><span class="unseen">${label}</span><span aria-hidden="true">${score ?? '–'}</span><svg aria-hidden="true"><rect width="100%" height="100%"/><rect class="filled" width="${score ?? 0}%" height="100%"/></svg></span>`;
}

const LONG = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' });
const SHORT = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', timeZone: 'UTC' });
const TIME = new Intl.DateTimeFormat('en-GB', { timeStyle: 'short', timeZone: 'UTC' });
const DAY_MS = 24 * 60 * 60 * 1000;

/** "24 November 2026", in UTC like every date of the page. What is no date is shown as it stands. */
export function longDay(iso: string): string {
  return formatted(LONG, iso);
}

/** "24 Nov". */
export function shortDay(iso: string): string {
  return formatted(SHORT, iso);
}

/** "24 November 2026, 06:00 UTC". */
export function moment(iso: string): string {
  return isDate(iso) ? `${longDay(iso)}, ${formatted(TIME, iso)} UTC` : iso;
}

/** Whole days from one date to another, negative once it has passed. */
export function daysBetween(from: string, to: string): number {
  return Math.floor((Date.parse(to) - Date.parse(from)) / DAY_MS);
}

/** When a finding that stands was first seen, as words that begin with a small letter: "since 7 May 2026", or "new". */
export function standing(firstSeenAt: string, startedAt: string): string {
  return Date.parse(firstSeenAt) < Date.parse(startedAt) ? `since ${longDay(firstSeenAt)}` : 'new';
}

/** Of a certificate's days, in words. */
export function left(days: number): string {
  if (days < 0) return days === -1 ? 'expired yesterday' : `expired ${-days} days ago`;
  return days === 1 ? '1 day left' : `${days} days left`;
}

function formatted(format: Intl.DateTimeFormat, iso: string): string {
  return isDate(iso) ? format.format(new Date(iso)) : iso;
}

function isDate(iso: string): boolean {
  return !Number.isNaN(Date.parse(iso));
}

/** Where each credential of a page is shown, for those who speak of it elsewhere in the page. */
export class Places {
  readonly #places: ReadonlyMap<string, number>;

  /** `credentials` in the order in which the page shows them. */
  constructor(credentials: readonly { readonly secretArn: string }[]) {
    this.#places = new Map(credentials.map(({ secretArn }, index) => [secretArn, index + 1]));
  }

  /** The credential's name, leading to what was found about it. */
  link(secretArn: string, name: string): Html {
    const place = this.#places.get(secretArn);
    const shown = html`<bdi>${name}</bdi>`;
    return place === undefined ? html`<b>${shown}</b>` : html`<a href="#${anchor(place)}">${shown}</a>`;
  }
}

/** Of the credential in this place, counted from 1. */
export function anchor(place: number): string {
  return `credential-${place}`;
}

interface Part {
  /** Its anchor, and the stem of its heading's id. */
  readonly id: string;
  readonly title: string;
  readonly note?: Html | string;
  readonly matter: Html | readonly Html[];
}

/** A chapter of the report: its title stands in the margin, its matter beside it. */
export function part({ id, title, note, matter }: Part): Html {
  return html`<section class="part" id="${id}" aria-labelledby="${id}-title">
<div class="margin"><h2 id="${id}-title">${title}</h2>${note === undefined ? EMPTY : html`<p class="muted">${note}</p>`}</div>
<div class="matter">${matter}</div>
</section>`;
}
