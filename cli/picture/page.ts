import type { styleText } from 'node:util';
import { wrapAnsi } from 'fast-wrap-ansi';
import type { Severity } from '../../functions/audit/check.ts';

export type Style = Parameters<typeof styleText>[0];
/** Colours text, or leaves it as it is. */
export type Paint = (style: Style, text: string) => string;
export type Span = readonly [text: string, style?: Style | undefined];

export const SEVERITY_STYLE: Readonly<Record<Severity, Style>> = {
  critical: ['bold', 'red'],
  high: 'red',
  medium: 'yellow',
  low: 'dim',
};

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

/**
 * A server's text cannot reach the terminal as anything but text: control, format and bidirectional characters
 * (Unicode C, Zl, Zp) are written out, as `\u{1b}`.
 */
export function printable(text: string): string {
  return text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, (char) => `\\u{${char.codePointAt(0)?.toString(16)}}`);
}

/** Lines of at most `width` columns, after `printable`. */
function wrapped(text: string, width: number): readonly string[] {
  return wrapAnsi(printable(text), width, { hard: true }).split('\n');
}

/** JSON in ASCII only: a server's control and bidirectional characters cannot act on a terminal. */
export function asciiJson(value: unknown): string {
  const escaped = (unit: string) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return JSON.stringify(value, null, 2).replace(/[\u007f-\uffff]/g, escaped);
}
