/** Control, invisible and direction-changing characters, and all that would begin a new line. */
const DECEPTIVE = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]+/gu;

/** One line of text that can be nothing but text: in a mail, in a header, on a page of another product. */
export function oneLine(text: string): string {
  return text.replace(DECEPTIVE, ' ').trim();
}

/** At most `limit` UTF-16 code units, with no character cut in two. */
export function cut(text: string, limit: number): string {
  if (text.length <= limit) return text;
  return `${text.slice(0, limit - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}
