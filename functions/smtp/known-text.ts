import { oneLine } from '../observe/shown.ts';
import { usualTextsIn } from './usual-texts.ts';
import { PHRASES, type Phrase, phrasesIn } from './verdicts/phrases.ts';

type Span = readonly [start: number, end: number];

const LIMIT = 300;
/** In the place of a server's own words. */
const LEFT_OUT = '…';
/** Between two known texts, and at the end. */
const PUNCTUATION = /^(?: |[.,:;!?] ?| [-/(] ?|\) ?| - )?$/;

export interface KnownText {
  /** What is known of it, `…` for what is not; at most 300 characters, and all that a verdict depends on. */
  readonly shown: string;
  /** What is not known of it. */
  readonly strange: string;
}

/** Of a server's free text, what the reply table and the usual texts of mail servers know: words that nobody made up. */
export function knownText(text: string): KnownText {
  const line = oneLine(text);
  const spans = merged([...phrasesIn(line), ...usualTextsIn(line)]);
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

/** The wordings of the reply table that are in a text. */
export function wordingsIn(text: string): readonly Phrase[] {
  return (Object.keys(PHRASES) as Phrase[]).filter((phrase) => PHRASES[phrase].test(text));
}

/** Whether a text is a wording of the reply table, and nothing else. */
export function isWording(text: string): boolean {
  return Object.values(PHRASES).some((phrase) => phrase.exec(text)?.[0].length === text.length);
}

function shownOf(line: string, spans: readonly Span[]): string {
  let shown = '';
  let done = 0;
  for (const [start, end] of spans) {
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
  const starts = [0, ...spans.map(([, end]) => end)];
  const gaps = starts.map((start, index) => line.slice(start, spans[index]?.[0]).trim());
  return gaps.filter((gap) => gap !== '').join(' ');
}

/** In their order; those that overlap become one. */
function merged(spans: readonly Span[]): readonly Span[] {
  const out: [number, number][] = [];
  for (const [start, end] of spans.toSorted(([a], [b]) => a - b)) {
    const last = out.at(-1);
    if (last && start < last[1]) last[1] = Math.max(last[1], end);
    else out.push([start, end]);
  }
  return out;
}
