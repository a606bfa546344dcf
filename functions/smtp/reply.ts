import type { Reply } from './evidence.ts';

const REPLY = /^(\d{3})[ -]?(?:([245]\.\d{1,3}\.\d{1,3})(?:[ \t]|$))?/;
const ADDRESS = /[^\s<>"'(),:;]+@[^\s<>"'(),:;]+/g;
const TEXT_LIMIT = 300;

/**
 * Reads a complete, possibly multi-line SMTP reply (RFC 5321 section 4.2, RFC 2034); the enhanced code is the
 * first one found on any of its lines. Null when it does not start with a reply code.
 * The text is made safe to store: values in `hidden` and mail addresses masked, control characters gone, cut to 300.
 */
export function parseReply(raw: string, hidden: readonly string[] = []): Reply | null {
  const lines = raw.split(/\r?\n/).map((line) => REPLY.exec(line));
  const first = lines[0];
  if (!first?.[1]) return null;
  const enhanced = lines.map((line) => line?.[2]).find((code) => code !== undefined) ?? null;
  const text = raw.split(/\r?\n/).map((line) => line.replace(REPLY, '').trim());
  return { code: Number(first[1]), enhanced, text: mask(text.join(' '), hidden) };
}

/** A server's free text, safe to store: see `parseReply`. */
export function mask(text: string, hidden: readonly string[]): string {
  const masked = hidden
    .filter((value) => value.length > 0)
    .toSorted((a, b) => b.length - a.length)
    .reduce((rest, value) => rest.replaceAll(value, '[redacted]'), text);
  return masked
    .replace(ADDRESS, '[address]')
    .replace(/\p{Cc}+/gu, ' ')
    .trim()
    .slice(0, TEXT_LIMIT);
}
