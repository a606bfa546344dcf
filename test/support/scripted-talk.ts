import type { Act, Talk } from './scripted-dialogue.ts';
import type { Lines } from './scripted-lines.ts';

const base64 = (text: string) => Buffer.from(text).toString('base64');

/** The challenges before the reply that ends the exchange, without an initial response (RFC 4616, RFC 2195). */
const CHALLENGES: Readonly<Record<string, readonly string[]>> = {
  PLAIN: [''],
  LOGIN: [base64('Username:'), base64('Password:')],
  'CRAM-MD5': [base64('<1896.697170952@mail.example>')],
};

const SOUND: Talk['talk'] = {
  QUIT: '221 2.0.0 Bye\r\n',
  NOOP: '250 2.0.0 OK\r\n',
  RSET: '250 2.0.0 OK\r\n',
};
const UNKNOWN = '502 5.5.1 Command not implemented\r\n';

/**
 * Answers line by line, and returns the act that nothing of this talk can follow: one that ends the connection or
 * starts TLS. `AUTH` names the reply that ends the exchange of any mechanism.
 */
export async function talkTo(
  lines: Lines,
  { talk }: Talk,
  perform: (act: Act) => Promise<boolean>,
): Promise<Act> {
  for (;;) {
    const line = await lines.next();
    const act = answerTo(line, talk);
    if (/^AUTH /i.test(line)) await challenge(lines, line, perform);
    if (act.upgrade) return act;
    if (!(await perform(act))) return { send: 'silence' };
  }
}

function answerTo(line: string, talk: Talk['talk']): Act {
  const verb = line.split(' ')[0]?.toUpperCase() ?? '';
  const answer = talk[verb] ?? SOUND[verb] ?? UNKNOWN;
  return typeof answer === 'string' ? { send: answer } : answer;
}

async function challenge(lines: Lines, line: string, perform: (act: Act) => Promise<boolean>): Promise<void> {
  const [, mechanism = '', initial] = line.split(' ');
  const challenges = CHALLENGES[mechanism.toUpperCase()] ?? [];
  for (const text of challenges.slice(initial === undefined ? 0 : 1)) {
    await perform({ send: `334 ${text}\r\n` });
    await lines.next();
  }
}
