import { EMPTY, type Html, html } from '../html.ts';

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
