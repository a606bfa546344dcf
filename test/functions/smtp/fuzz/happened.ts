import type { WireEntry } from '../../../support/wire-log.ts';

/** What the wire, and nothing else, says of a login: read by rules of its own, never by the code under test. */
export interface Happened {
  /** Anything of a login that came outside TLS. */
  readonly leakedInClear: boolean;
  /** The mechanism of the AUTH command that came under TLS. */
  readonly method: string | null;
  /** The client said all that its mechanism has to say; the servers here can't do their part of SCRAM. */
  readonly isPresented: boolean;
  /** The reply to the last thing the client said before QUIT; null unless it was asked first, whole, and of one code. */
  readonly answer: { readonly code: number; readonly text: string } | null;
}

interface Line {
  readonly text: string;
  /** Position in the log of the packet that completed it. */
  readonly at: number;
}

/** Words that make a 535 something else than a refusal of the password. */
const NO_REFUSAL =
  /too many|throttl|rate|limit|later|tempor|quota|disabled for|policy|security|application|app password|browser|starttls|subscrib|5\.7\.139|5\.7\.3\b/i;

export function happenedIn(log: readonly WireEntry[]): Happened {
  const clear = log.filter(({ by, inClear }) => by === 'client' && inClear).map(({ bytes }) => bytes);
  const said = linesOf(log, 'client');
  const start = said.findIndex(({ text }) => /^AUTH /.test(text));
  const exchange = start < 0 ? [] : said.slice(start).filter(({ text }) => text !== 'QUIT');
  const [first, last] = [exchange[0], exchange.at(-1)];
  const [, method = null, initial] = first?.text.split(' ') ?? [];
  return {
    leakedInClear: /^AUTH /m.test(clear.join('')),
    method,
    isPresented: exchange.length + (initial ? 1 : 0) === LINES[method ?? ''],
    answer: last ? replyAfter(last, linesOf(log, 'server')) : null,
  };
}

/** AUTH itself, and what follows it or comes with it. */
const LINES: Readonly<Record<string, number>> = { PLAIN: 2, LOGIN: 3, 'CRAM-MD5': 2 };

/** The first line of the server that was not complete when `question` came begins the answer. */
function replyAfter(question: Line, lines: readonly Line[]): Happened['answer'] {
  const after = lines.filter(({ at, text }) => at > question.at && text.trim() !== '');
  const end = after.findIndex(({ text }) => /^\d{3}(?: |$)/.test(text));
  const reply = after.slice(0, end + 1).map(({ text }) => text);
  const codes = new Set(reply.map((text) => text.slice(0, 3)));
  if (end < 0 || codes.size !== 1) return null;
  return { code: Number([...codes][0]), text: reply.join('\n') };
}

function linesOf(log: readonly WireEntry[], by: WireEntry['by']): readonly Line[] {
  const lines: Line[] = [];
  let pending = '';
  for (const [at, entry] of log.entries()) {
    if (entry.by !== by || entry.inClear) continue;
    const parts = (pending + entry.bytes).split('\n');
    pending = parts.pop() ?? '';
    lines.push(...parts.map((text) => ({ text: text.replace(/\r$/, ''), at })));
  }
  return lines;
}

export function mayBeGood({ isPresented, answer }: Happened): boolean {
  return isPresented && answer?.code === 235;
}

export function mayBeBad({ method, answer }: Happened): boolean {
  const refused = answer?.code === 535 || answer?.code === 525;
  return method !== null && refused && !NO_REFUSAL.test(answer.text);
}
