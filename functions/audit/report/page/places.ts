import { type Html, html } from '../html.ts';

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
