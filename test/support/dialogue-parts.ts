import type { Act, Script, Step, Talk } from './scripted-dialogue.ts';

export const GREETING: Step = { send: '220 mail.example ESMTP\r\n' };
export const ACCEPTED = '235 2.7.0 Authentication successful\r\n';
export const REFUSED = '535 5.7.8 Authentication credentials invalid\r\n';

/** Lines with their code, `-` in all but the last (RFC 5321 section 4.2.1). */
export function reply(code: number, ...lines: readonly string[]): string {
  return lines.map((line, index) => `${code}${index === lines.length - 1 ? ' ' : '-'}${line}\r\n`).join('');
}

/** The reply of a server with these service extensions. */
export function extensions(...keywords: readonly string[]): string {
  return reply(250, 'mail.example', ...keywords);
}

/** What a sound server says before TLS; the next part of the script is under TLS. */
export const BEFORE_TLS: Talk = {
  talk: {
    EHLO: extensions('STARTTLS', '8BITMIME'),
    STARTTLS: { send: '220 2.0.0 Ready to start TLS\r\n', upgrade: true },
  },
};

/** A server that is sound up to its answer to AUTH. */
export function answering(auth: string | Act, mechanisms = 'PLAIN LOGIN'): Talk {
  return { talk: { EHLO: extensions('8BITMIME', `AUTH ${mechanisms}`), AUTH: auth } };
}

export function overStartTls(...underTls: Script): Script {
  return [GREETING, BEFORE_TLS, ...underTls];
}

export function overImplicitTls(...underTls: Script): Script {
  return [GREETING, ...underTls];
}
