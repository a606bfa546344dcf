import type { styleText } from 'node:util';
import { printable, wrapped } from './text.ts';

export type Style = Parameters<typeof styleText>[0];
/** Colours text, or leaves it as it is. */
export type Paint = (style: Style, text: string) => string;
export type Span = readonly [text: string, style?: Style | undefined];

const LABEL_COLUMNS = 14;

/** Lines for a terminal: no text gets into them but through `printable`. */
export class Page {
  readonly columns: number;
  readonly #paint: Paint;
  #text = '';

  constructor(columns: number, paint: Paint) {
    this.columns = columns;
    this.#paint = paint;
  }

  toString(): string {
    return this.#text;
  }

  /** One line, as wide as its spans. */
  line(...spans: readonly Span[]): void {
    const painted = spans.map(([text, style]) => {
      const safe = printable(text);
      return style ? this.#paint(style, safe) : safe;
    });
    this.#text += `${painted.join('').trimEnd()}\n`;
  }

  paragraph(text: string, style?: Style): void {
    for (const line of wrapped(text, this.columns)) this.line([line, style]);
  }

  /** A label and its value, which goes on under itself. */
  fact(label: string, value: string): void {
    for (const [index, line] of wrapped(value, this.columns - LABEL_COLUMNS).entries()) {
      this.line([(index === 0 ? label : '').padEnd(LABEL_COLUMNS), 'dim'], [line]);
    }
  }
}
