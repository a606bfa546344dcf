import {
  ACCEPTED,
  answering,
  BEFORE_TLS,
  extensions,
  GREETING,
  overImplicitTls,
  overStartTls,
  reply,
} from '../../support/dialogue-parts.ts';
import type { Script } from '../../support/scripted-dialogue.ts';
import type { Behaviour } from '../behaviour.ts';

const MANY = Array.from({ length: 60 }, (_, index) => `X-EXTENSION-${index} ${'y'.repeat(40)}`);

const works = (
  name: string,
  script: Script,
  reference = 'RFC 4954, section 4',
  security: Behaviour['security'] = 'tls',
): Behaviour => ({ name, security, script, truth: 'works', verdict: 'valid', reference });

/** The server said 235, however oddly it said it. */
export const ACCEPTED_LOGINS: readonly Behaviour[] = [
  works('235 over implicit TLS', overImplicitTls(answering(ACCEPTED)), 'RFC 8314, section 3.3'),
  works('235 over STARTTLS', overStartTls(answering(ACCEPTED)), 'RFC 3207, section 4', 'starttls'),
  works('235, LOGIN is all that is offered', overImplicitTls(answering(ACCEPTED, 'LOGIN'))),
  works('235, CRAM-MD5 is all that is offered', overImplicitTls(answering(ACCEPTED, 'CRAM-MD5'))),
  works('235, XOAUTH2 offered before PLAIN', overImplicitTls(answering(ACCEPTED, 'XOAUTH2 PLAIN'))),
  works('235 in two lines', overImplicitTls(answering(reply(235, '2.7.0 Welcome', '2.7.0 back')))),
  works('235 without a text', overImplicitTls(answering('235 \r\n')), 'RFC 5321, section 4.2'),
  works(
    '235 with a text in UTF-8',
    overImplicitTls(answering('235 2.7.0 Willkommen zurück, schöne Grüße\r\n')),
    'RFC 5321, section 4.2.1',
  ),
  works(
    '235, octet by octet',
    overImplicitTls(answering({ send: ACCEPTED, pace: { bytes: 1, everyMs: 0 } })),
    'RFC 9293, section 3.8',
  ),
  works(
    '235, dripping: an octet every 5 ms',
    overImplicitTls(answering({ send: ACCEPTED, pace: { bytes: 1, everyMs: 5 } })),
    'RFC 5321, section 4.5.3.2',
  ),
  works(
    'greeting in three lines, octet by octet',
    [{ send: reply(220, 'one', 'two', 'ESMTP'), pace: { bytes: 1, everyMs: 0 } }, answering(ACCEPTED)],
    'RFC 5321, section 4.2.1',
  ),
  works(
    'EHLO reply of 60 extensions in packets of 64 octets',
    overImplicitTls({
      talk: {
        EHLO: { send: extensions(...MANY, 'AUTH PLAIN LOGIN'), pace: { bytes: 64, everyMs: 0 } },
        AUTH: ACCEPTED,
      },
    }),
    'RFC 5321, section 4.1.1.1',
  ),
  works(
    'EHLO keywords in lower case',
    overImplicitTls({ talk: { EHLO: extensions('auth plain login'), AUTH: ACCEPTED } }),
    'RFC 5321, section 2.4',
  ),
  works(
    'injected replies behind the one to STARTTLS, which TLS washes away',
    [
      GREETING,
      {
        talk: {
          ...BEFORE_TLS.talk,
          STARTTLS: { send: `220 Go\r\n${extensions('AUTH CRAM-MD5')}`, upgrade: true },
        },
      },
      answering(ACCEPTED),
    ],
    'RFC 3207, section 4.2',
    'starttls',
  ),
  works(
    'AUTH offered before TLS too, 235 under it',
    [
      GREETING,
      { talk: { ...BEFORE_TLS.talk, EHLO: extensions('STARTTLS', 'AUTH PLAIN LOGIN') } },
      answering(ACCEPTED),
    ],
    'RFC 3207, section 4.2',
    'starttls',
  ),
];
