import type { Verdict } from '../../../functions/smtp/verdicts.ts';
import {
  ACCEPTED,
  answering,
  BEFORE_TLS,
  extensions,
  GREETING,
  overImplicitTls,
  overStartTls,
  REFUSED,
} from '../../support/dialogue-parts.ts';
import type { Act, Script } from '../../support/scripted-dialogue.ts';
import type { Behaviour } from '../behaviour.ts';

const untried = (
  name: string,
  script: Script,
  verdict: Verdict,
  reference: string,
  security: Behaviour['security'] = 'tls',
): Behaviour => ({ name, security, script, truth: 'cannot be known', verdict, reference });

const greeted = (name: string, send: Act['send'], verdict: Verdict): Behaviour =>
  untried(name, [{ send }], verdict, 'RFC 5321, section 3.1');

const offers = (mechanisms: string): Behaviour =>
  untried(
    `only ${mechanisms} offered, and any AUTH accepted`,
    overImplicitTls(answering(ACCEPTED, mechanisms)),
    'mechanism-unsupported',
    'RFC 4954, section 3',
  );

const startTls = (name: string, answer: string, verdict: Verdict): Behaviour =>
  untried(
    name,
    [
      GREETING,
      { talk: { EHLO: extensions('STARTTLS', 'AUTH PLAIN LOGIN'), STARTTLS: answer, AUTH: ACCEPTED } },
    ],
    verdict,
    'RFC 3207, section 4',
    'starttls',
  );

const NO_AUTH: Script = [{ talk: { EHLO: extensions('8BITMIME'), AUTH: ACCEPTED } }];

/** The password was never asked for, or must not be given. */
export const BEFORE_AUTH: readonly Behaviour[] = [
  untried('no AUTH offered', overImplicitTls(...NO_AUTH), 'auth-not-offered', 'RFC 4954, section 3'),
  untried(
    'no AUTH offered after STARTTLS',
    overStartTls(...NO_AUTH),
    'auth-not-offered',
    'RFC 4954, section 3',
    'starttls',
  ),
  untried(
    'AUTH offered before STARTTLS, but not under it',
    [
      GREETING,
      { talk: { ...BEFORE_TLS.talk, EHLO: extensions('STARTTLS', 'AUTH PLAIN LOGIN') } },
      ...NO_AUTH,
    ],
    'auth-not-offered',
    'RFC 3207, section 4.2',
    'starttls',
  ),
  offers('GSSAPI NTLM'),
  offers('X-UNHEARD-OF'),
  untried(
    'no STARTTLS offered, AUTH accepted in clear text',
    [GREETING, answering(ACCEPTED)],
    'starttls-missing',
    'RFC 8314, section 3.3',
    'starttls',
  ),
  untried(
    'no STARTTLS offered, AUTH refused in clear text',
    [GREETING, answering(REFUSED)],
    'starttls-missing',
    'RFC 8314, section 3.3',
    'starttls',
  ),
  startTls('STARTTLS not available now', '454 4.7.0 TLS not available\r\n', 'tls-unavailable'),
  startTls('STARTTLS offered but unknown', '502 5.5.1 Command not implemented\r\n', 'starttls-missing'),
  greeted('greeting 421', '421 4.7.0 Too many connections, slow down\r\n', 'throttled'),
  greeted('greeting 554', '554 5.7.1 Your address is blocked\r\n', 'ip-refused'),
  greeted('greeting that never comes', 'silence', 'timeout:greeting'),
  greeted('connection closed instead of a greeting', 'close', 'closed:greeting'),
  greeted('connection reset instead of a greeting', 'reset', 'closed:greeting'),
  greeted('a web server', 'HTTP/1.1 400 Bad Request\r\n\r\n', 'protocol-error'),
  untried(
    'EHLO refused with 550',
    overImplicitTls({ talk: { EHLO: '550 5.0.0 Not you\r\n', HELO: '550 5.0.0 Not you\r\n' } }),
    'server-refused',
    'RFC 5321, section 4.1.1.1',
  ),
  untried(
    'connection closed after EHLO',
    overImplicitTls({ talk: { EHLO: { send: 'close' }, HELO: { send: 'close' } } }),
    'closed:ehlo',
    'RFC 5321, section 3.8',
  ),
];
