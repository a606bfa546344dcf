import type { Reply } from './evidence.ts';
import { mask } from './masking.ts';

const LINE = /^(?<code>\d{3})(?:[ -]|$)(?:(?<enhanced>[245]\.\d{1,3}\.\d{1,3})(?:[ \t]|$))?(?<text>.*)/s;

/**
 * Reads a complete, possibly multi-line SMTP reply (RFC 5321 section 4.2.1, RFC 2034). Null when a line has no code, or
 * another code than the first: such a reply means nothing. The enhanced code is the first on any of the lines, or one
 * that contradicts the code (`535 4.7.8`) so that the contradiction is seen. The text is safe to store: see `mask`.
 */
export function parseReply(raw: string, hidden: readonly string[]): Reply | null {
  const lines = raw.split(/\r?\n/).map(readLine);
  const codes = new Set(lines.map(({ code }) => code));
  const [code] = codes;
  if (!code || codes.size > 1) return null;
  const enhanced = lines.map((line) => line.enhanced).filter((found) => found !== undefined);
  const contradicting = enhanced.find((found) => found[0] !== code[0]);
  const text = mask(lines.map((line) => line.text).join(' '), hidden);
  return { code: Number(code), enhanced: contradicting ?? enhanced[0] ?? null, text };
}

function readLine(line: string): { code?: string; enhanced?: string; text?: string } {
  return LINE.exec(line)?.groups ?? {};
}
