import { answering, extensions, overImplicitTls, reply } from './dialogue-parts.ts';
import type { Script, Step } from './scripted-dialogue.ts';

const REFUSED = '535 5.7.8 Authentication credentials invalid\r\n';
const WELCOME = '235 2.7.0 Authentication successful\r\n';

const greeted = (...lines: readonly string[]): Step => ({ send: reply(220, ...lines) });

/** What a server says in which it repeats `words`, by the place where it does; a line break makes another line. */
export const REPLY_PLACES: Readonly<Record<string, (words: string) => Script>> = {
  greeting: (words) => [greeted('mail.example ESMTP', ...words.split('\n')), answering(REFUSED)],
  'greeting that refuses': (words) => [{ send: reply(554, ...words.split('\n')) }],
  'EHLO keyword': (words) =>
    overImplicitTls({ talk: { EHLO: extensions(...words.split('\n'), 'AUTH PLAIN'), AUTH: REFUSED } }),
  'parameter of SIZE': (words) =>
    overImplicitTls({
      talk: {
        EHLO: extensions(...words.split('\n').map((line) => `SIZE ${line}`), 'AUTH PLAIN'),
        AUTH: REFUSED,
      },
    }),
  'name of a mechanism': (words) => {
    const names = words.split('\n').map((line) => `AUTH ${line} PLAIN`);
    return overImplicitTls({ talk: { EHLO: extensions(...names), AUTH: REFUSED } });
  },
  'the only mechanism': (words) =>
    overImplicitTls({ talk: { EHLO: extensions(...words.split('\n').map((line) => `AUTH ${line}`)) } }),
  '535 in its only line': (words) =>
    overImplicitTls(answering(`535 5.7.8 Error: ${words.replaceAll('\n', ' ')} is wrong\r\n`)),
  '535 of many lines': (words) =>
    overImplicitTls(answering(reply(535, '5.7.8 Authentication failed', ...words.split('\n'), 'see above'))),
  '454 that is a throttle': (words) =>
    overImplicitTls(answering(reply(454, '4.7.0 Too many login attempts', ...words.split('\n')))),
  '334 before the refusal': (words) => [
    greeted('mail.example ESMTP'),
    { expect: /^EHLO /, send: extensions('AUTH LOGIN') },
    { expect: /^AUTH /, send: reply(334, ...words.split('\n')) },
    { expect: /./, send: '334 UGFzc3dvcmQ6\r\n' },
    { expect: /./, send: REFUSED },
  ],
  welcome: (words) => overImplicitTls(answering(reply(235, ...words.split('\n')))),
  'reply after the login': (words) =>
    overImplicitTls({
      talk: {
        EHLO: extensions('AUTH PLAIN'),
        AUTH: WELCOME,
        MAIL: reply(550, '5.7.1 Sender rejected', ...words.split('\n')),
      },
    }),
};

/** A sound server, whose certificate has the words. */
export const SOUND: Script = overImplicitTls(answering(REFUSED));
