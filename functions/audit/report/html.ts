const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
/** Control, invisible and direction-changing characters could make a page say what it does not. */
const DECEPTIVE = /(?![\n\t])[\p{Cc}\p{Cf}\p{Co}\p{Cs}]/gu;

/** Markup that is known to be safe; its field is private so that nothing read from JSON can pose as it. */
export class Html {
  readonly #markup: string;

  constructor(markup: string) {
    this.#markup = markup;
  }

  toString(): string {
    return this.#markup;
  }
}

type Value = string | number | Html | readonly Html[];

/** Template tag: every value is escaped unless it is `Html` itself, in text and in quoted attributes alike. */
export function html(markup: TemplateStringsArray, ...values: readonly Value[]): Html {
  return new Html(String.raw({ raw: markup }, ...values.map(safe)));
}

/** Nothing at all. */
export const EMPTY = new Html('');

/** Prose with `code` between backticks. */
export function prose(text: string): Html[] {
  return text.split('`').map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : html`${part}`));
}

function safe(value: Value): string {
  if (value instanceof Html) return value.toString();
  if (Array.isArray(value)) return value.map(safe).join('');
  return String(value)
    .replace(DECEPTIVE, '\uFFFD')
    .replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}

/** As those, and all that would begin a new line. */
const LINE_BREAKING = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]+/gu;

/** One line of text that can be nothing but text: in a mail, in a header, on a page of another product. */
export function oneLine(text: string): string {
  return text.replace(LINE_BREAKING, ' ').trim();
}

/** At most `limit` UTF-16 code units, with no character cut in two. */
export function cut(text: string, limit: number): string {
  if (text.length <= limit) return text;
  return `${text.slice(0, limit - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}
