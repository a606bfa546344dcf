import type { Reply } from './evidence.ts';
import { mask } from './masking.ts';

const LINE_END = /\r?\n/;
const CODE = /^\d{3}(?=[ -]|$)/;
const ENHANCED = /^([245]\.\d{1,3}\.\d{1,3})(?:[ \t]|$)/;

/**
 * Reads a complete, possibly multi-line SMTP reply (RFC 5321 section 4.2.1, RFC 2034). Null when a line has no code, or
 * another code than the first: such a reply means nothing. The enhanced code is the first on any of the lines, or one
 * that contradicts the code (`535 4.7.8`) so that the contradiction is seen. The text is safe to store: see `mask`.
 */
export function parseReply(raw: string, hidden: readonly string[]): Reply | null {
  const code = commonCode(raw);
  if (code === null) return null;
  const texts = raw.split(LINE_END).map((line) => line.slice(4));
  const enhanced = texts.map((text) => ENHANCED.exec(text)?.[1]).filter((found) => found !== undefined);
  const contradicting = enhanced.find((found) => found[0] !== code[0]);
  const text = mask(texts.map((line) => line.replace(ENHANCED, '')).join(' '), hidden);
  return { code: Number(code), enhanced: contradicting ?? enhanced[0] ?? null, text };
}

/** The code alone, at a small part of the cost. */
export function replyCode(raw: string): number | null {
  const code = commonCode(raw);
  return code === null ? null : Number(code);
}

function commonCode(raw: string): string | null {
  const codes = new Set(raw.split(LINE_END).map((line) => CODE.exec(line)?.[0]));
  const [code] = codes;
  return code && codes.size === 1 ? code : null;
}
