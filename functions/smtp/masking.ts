import { oneLine } from './known-text.ts';

/** Bounded, as RFC 5321 section 4.5.3.1 bounds both parts, so that a hostile line costs linear time. */
const ADDRESS = /[^\s<>"'(),:;@]{1,64}@[^\s<>"'(),:;@]{1,255}/g;
const TEXT_LIMIT = 300;

/**
 * A text that may quote others, safe to store: mail addresses masked, control and invisible characters gone, cut to 300
 * characters. Whether it repeats a password is another question: see `Echoes`.
 */
export function mask(text: string): string {
  return oneLine(text)
    .replace(/\p{Cf}+/gu, '')
    .replace(ADDRESS, '[address]')
    .slice(0, TEXT_LIMIT);
}
