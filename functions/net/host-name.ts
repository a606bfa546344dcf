import { isIP } from 'node:net';

/** RFC 1123 section 2.1: labels of letters, digits and inner hyphens; 253 characters in all. */
const LABELS =
  /^(?=.{1,253}$)[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*$/;
/** Resolvers read a name that ends so as an IPv4 address: `127.1`, `0177.0.0.1`, `2130706433`, `0x7f.1`. */
const NUMERIC_END = /(^|\.)(\d+|0x[0-9a-f]*)$/i;

/** A host name without a trailing dot, or an IPv4 or IPv6 address in its standard spelling, without brackets or zone. */
export function isHost(text: string): boolean {
  if (isIP(text) !== 0) return !text.includes('%');
  return LABELS.test(text) && !NUMERIC_END.test(text);
}
