import type { Verdict } from '../../../functions/smtp/verdicts.ts';
import { ACCEPTED, answering, extensions, overImplicitTls, REFUSED } from '../../support/dialogue-parts.ts';
import type { Act } from '../../support/scripted-dialogue.ts';
import type { Behaviour } from '../behaviour.ts';

const EHLO = extensions('8BITMIME', 'AUTH PLAIN LOGIN');
const RFC_5321 = 'RFC 5321, section 4.2';

const toAuth = (name: string, act: Act, verdict: Verdict): Behaviour => ({
  name,
  security: 'tls',
  script: overImplicitTls(answering(act)),
  truth: 'cannot be known',
  verdict,
  reference: RFC_5321,
});

const toEhlo = (name: string, act: Act, verdict: Verdict, auth: string | Act = REFUSED): Behaviour => ({
  ...toAuth(name, act, verdict),
  script: overImplicitTls({ talk: { EHLO: act, HELO: act, AUTH: auth } }),
});

/** Answers cut off, never ended, or given before the question. */
export const HOSTILE: readonly Behaviour[] = [
  toAuth('silence after AUTH', { send: 'silence' }, 'timeout:auth'),
  toAuth('connection closed after AUTH', { send: 'close' }, 'closed:auth'),
  toAuth('half-closed after AUTH', { send: 'half-close' }, 'closed:auth'),
  toAuth('connection reset after AUTH', { send: 'reset' }, 'closed:auth'),
  toAuth('a reply without end to AUTH', { send: '235-2.7.0 and\r\n', endless: true }, 'protocol-error'),
  toAuth('a line without end to AUTH', { send: 'x'.repeat(4096), endless: true }, 'protocol-error'),
  toEhlo('a reply without end to EHLO', { send: '250-AND\r\n', endless: true }, 'protocol-error'),
  toEhlo(
    'a refusal sent along with the reply to EHLO, before AUTH was asked',
    { send: `${EHLO}${REFUSED}` },
    'protocol-error',
    ACCEPTED,
  ),
  toEhlo(
    'a welcome sent along with the reply to EHLO, before AUTH was asked',
    { send: `${EHLO}${ACCEPTED}` },
    'protocol-error',
    { send: 'close' },
  ),
];
