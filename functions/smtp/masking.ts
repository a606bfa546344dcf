import { phrasesIn } from './replies/phrases.ts';

type Span = readonly [start: number, end: number];

/** Bounded, as RFC 5321 section 4.5.3.1 bounds both parts, so that a hostile line costs linear time. */
const ADDRESS = /[^\s<>"'(),:;@]{1,64}@[^\s<>"'(),:;@]{1,255}/g;
const TEXT_LIMIT = 300;
/** A piece of base64 this long that is part of something hidden is taken for an echo of it, cut off at its ends. */
const ECHO = /[A-Za-z0-9+/_=-]{8,}/g;

/**
 * A server's free text, safe to store: values in `hidden` and mail addresses masked, control characters gone, cut to
 * 300 characters. A provider's fixed wording stays: the verdict depends on it. So what is said beyond the cut is kept.
 */
export function mask(text: string, hidden: readonly string[]): string {
  const line = oneLine(text);
  const wordings = phrasesIn(line);
  const secrets = spansOf(line, hidden.map(oneLine)).filter((span) => !wordings.some((w) => within(span, w)));
  const cut = redact(line, secrets).replace(ADDRESS, '[address]').slice(0, TEXT_LIMIT);
  const lost = wordings
    .filter((wording) => !secrets.some((secret) => overlap(secret, wording)))
    .map(([start, end]) => line.slice(start, end))
    .filter((wording) => !cut.includes(wording));
  return [cut, ...new Set(lost)].join(' … ');
}

function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\s]+/gu, ' ').trim();
}

function spansOf(line: string, hidden: readonly string[]): readonly Span[] {
  const known = hidden.filter((value) => value.length > 0);
  const whole = known.flatMap((value) => occurrences(line, value));
  const echoes = [...line.matchAll(ECHO)]
    .filter(([piece]) => known.some((value) => value.includes(piece)))
    .map(({ index, 0: piece }): Span => [index, index + piece.length]);
  return [...whole, ...echoes].toSorted(([a], [b]) => a - b);
}

function occurrences(line: string, value: string): readonly Span[] {
  const found: Span[] = [];
  for (let at = line.indexOf(value); at >= 0; at = line.indexOf(value, at + value.length))
    found.push([at, at + value.length]);
  return found;
}

function within([start, end]: Span, [from, to]: Span): boolean {
  return from <= start && end <= to;
}

function overlap([start, end]: Span, [from, to]: Span): boolean {
  return start < to && from < end;
}

/** `spans` ordered by their start; those that touch or overlap become one mark. */
function redact(line: string, spans: readonly Span[]): string {
  let out = '';
  let done = 0;
  for (const [start, end] of spans) {
    if (start > done || (start === 0 && done === 0)) out += `${line.slice(done, start)}[redacted]`;
    done = Math.max(done, end);
  }
  return out + line.slice(done);
}
