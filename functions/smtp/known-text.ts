import { oneLine } from '../observe/shown.ts';
import { usualTextsIn } from './usual-texts.ts';
import { PHRASES, phrasesIn, type Span, wordingsIn } from './verdicts/phrases.ts';

const LIMIT = 300;
/** In the place of a server's own words. */
const LEFT_OUT = '…';
/** Between two known texts, and at the end. */
const PUNCTUATION = /^(?: |[.,:;!?] ?| [-/(] ?|\) ?| - )?$/;

const LETTER_OR_DIGIT = /[\p{L}\p{N}]/u;

export interface KnownText {
  /** What is known of it, `…` for what is not; at most 300 characters, and all that a verdict depends on. */
  readonly shown: string;
  /** What is not known of it, without the punctuation between known texts. */
  readonly strange: string;
}

/** Of a server's free text, what the reply table and the usual texts of mail servers know: words that nobody made up. */
export function knownText(text: string): KnownText {
  const line = oneLine(text);
  const spans = merged(phrasesIn(line), usualTextsIn(line));
  const shown = shownOf(line, spans);
  const lost = wordingsIn(line).filter((phrase) => !PHRASES[phrase].test(shown));
  const kept = lost.map((phrase) => PHRASES[phrase].exec(line)?.[0]);
  return { shown: [shown, ...kept].join(` ${LEFT_OUT} `), strange: strangeOf(line, spans) };
}

/** Whether nothing of a text is known. */
export function isAllStrange(text: string): boolean {
  const line = oneLine(text);
  return phrasesIn(line).length === 0 && usualTextsIn(line).length === 0;
}

/** Whether a text is a wording of the reply table, and nothing else. */
export function isWording(text: string): boolean {
  return Object.values(PHRASES).some((phrase) => phrase.exec(text)?.[0].length === text.length);
}

function shownOf(line: string, spans: readonly Span[]): string {
  let shown = '';
  let done = 0;
  for (const { start, end } of spans) {
    const next = shown + between(line.slice(done, start), done === 0) + line.slice(start, end);
    if (next.length > LIMIT) return `${shown} ${LEFT_OUT}`;
    shown = next;
    done = end;
  }
  const rest = line.slice(done);
  return shown + (PUNCTUATION.test(rest) ? rest.trimEnd() : between(rest, done === 0).trimEnd());
}

function between(gap: string, isFirst: boolean): string {
  if (PUNCTUATION.test(gap)) return gap;
  return isFirst ? `${LEFT_OUT} ` : ` ${LEFT_OUT} `;
}

function strangeOf(line: string, spans: readonly Span[]): string {
  const starts = [0, ...spans.map(({ end }) => end)];
  const gaps = starts.map((start, index) => line.slice(start, spans[index]?.start).trim());
  return gaps.filter((gap) => LETTER_OR_DIGIT.test(gap)).join(' ');
}

/** In their order; those that overlap become one. Most texts hold no wording of the table, and usual texts are in order. */
function merged(wordings: readonly Span[], usual: readonly Span[]): readonly Span[] {
  if (wordings.length === 0) return usual;
  const out: Span[] = [];
  for (const { start, end } of [...wordings, ...usual].toSorted((a, b) => a.start - b.start)) {
    const last = out.at(-1);
    if (last && start < last.end) out[out.length - 1] = { start: last.start, end: Math.max(last.end, end) };
    else out.push({ start, end });
  }
  return out;
}
