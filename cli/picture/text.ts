import { wrapAnsi } from 'fast-wrap-ansi';

/**
 * A server's text cannot reach the terminal as anything but text: control, format and bidirectional characters
 * (Unicode C, Zl, Zp) are written out, as `\u{1b}`.
 */
export function printable(text: string): string {
  return text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, (char) => `\\u{${char.codePointAt(0)?.toString(16)}}`);
}

/** Lines of at most `width` columns, after `printable`. */
export function wrapped(text: string, width: number): readonly string[] {
  return wrapAnsi(printable(text), width, { hard: true }).split('\n');
}
