import type { Verdict } from '../../../functions/smtp/verdicts.ts';
import { answering, overImplicitTls, reply } from '../../support/dialogue-parts.ts';
import type { Behaviour } from '../behaviour.ts';

type Row = readonly [auth: string, verdict: Verdict, reference: string];

const RFC_4954 = 'RFC 4954, section 6';
const GMAIL = 'Gmail SMTP errors and codes';
const SES = 'Amazon SES SMTP response codes';
const EXCHANGE = 'Exchange Online: SMTP AUTH submission';

/** Replies to AUTH that say nothing about the password. */
const ROWS: readonly Row[] = [
  [
    '421 mail.example Service not available, closing transmission channel',
    'unavailable',
    'RFC 5321, section 3.8',
  ],
  ['421 Too many concurrent SMTP connections', 'throttled', SES],
  ['432 4.7.12 A password transition is needed', 'password-transition', RFC_4954],
  ['450 4.7.1 Try again', 'temporary', 'RFC 5321, section 4.2.1'],
  ['451 Temporary service failure', 'temporary', SES],
  ['452 4.3.1 Insufficient system storage', 'quota-exceeded', 'RFC 5321, section 4.2.3'],
  ['454 4.7.0 Temporary authentication failure', 'temporary', RFC_4954],
  ['454 4.7.0 Too many login attempts, please try again later.', 'rate-limited', GMAIL],
  ['454 Throttling failure: Maximum sending rate exceeded.', 'throttled', SES],
  ['454 Throttling failure: Daily message quota exceeded.', 'daily-quota-exceeded', SES],
  ['500 5.5.6 Authentication exchange line is too long', 'auth-line-too-long', 'RFC 4954, section 4'],
  ['500 5.5.1 Unrecognized command', 'not-supported', 'RFC 5321, section 4.2.4'],
  ['501 5.5.2 Cannot decode response', 'auth-syntax', 'RFC 4954, section 4'],
  ['502 5.5.1 Command not implemented', 'not-supported', 'RFC 5321, section 4.2.4'],
  ['503 5.5.1 AUTH not allowed here', 'bad-sequence', 'RFC 4954, section 4'],
  ['504 5.5.4 Unrecognized authentication type', 'mechanism-unsupported', 'RFC 4954, section 4'],
  ['523 5.7.10 Encryption needed', 'tls-required', 'RFC 5248, section 2.4'],
  ['530 5.7.0 Must issue a STARTTLS command first', 'tls-required', 'RFC 3207, section 4'],
  ['530 5.7.0 Authentication required', 'auth-required', RFC_4954],
  ['534 5.7.9 Authentication mechanism is too weak', 'mechanism-too-weak', RFC_4954],
  ['534 5.7.9 Application-specific password required', 'app-password-required', GMAIL],
  ['534 5.7.14 Please log in via your web browser', 'interactive-challenge', GMAIL],
  ['535 5.7.8 Error: too many failed logins', 'rate-limited', 'RFC 5248, section 2.4'],
  ['535 Error: user authenticate too many times', 'rate-limited', 'RFC 5248, section 2.4'],
  ['535 Account not subscribed to SES', 'account-not-enabled', SES],
  ['535 5.7.3 Authentication unsuccessful', 'rejected-or-disabled', EXCHANGE],
  [
    '535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant.',
    'auth-disabled-by-policy',
    EXCHANGE,
  ],
  [
    '535 5.7.139 Authentication unsuccessful, user is locked by your organization security defaults policy.',
    'blocked-by-conditional-access',
    EXCHANGE,
  ],
  ['538 5.7.11 Encryption required', 'tls-required', RFC_4954],
  ['550 5.7.30 Basic authentication is not supported for Client Submission', 'basic-auth-retired', EXCHANGE],
  ['554 5.7.0 Not now', 'protocol-error', 'RFC 4954, section 6'],
  ['599 Something nobody has defined', 'protocol-error', 'RFC 5321, section 4.2.1'],
  ['250 2.0.0 OK', 'protocol-error', 'RFC 4954, section 4'],
  ['221 2.0.0 Bye', 'protocol-error', 'RFC 4954, section 4'],
];

const behaviour = (name: string, auth: string, verdict: Verdict, reference: string): Behaviour => ({
  name,
  security: 'tls',
  script: overImplicitTls(answering(auth)),
  truth: 'cannot be known',
  verdict,
  reference,
});

export const INCONCLUSIVE_REPLIES: readonly Behaviour[] = [
  ...ROWS.map(([auth, verdict, reference]) => behaviour(auth, `${auth}\r\n`, verdict, reference)),
  behaviour(
    '535 of which the second line tells of a throttle',
    reply(535, '5.7.8 Authentication failed', '5.7.8 Too many login attempts, try again in an hour'),
    'rate-limited',
    'RFC 5321, section 4.2.1',
  ),
  behaviour(
    '535 that tells of a throttle after 400 characters',
    `535 5.7.8 ${'Authentication failed. '.repeat(18)}Too many login attempts\r\n`,
    'rate-limited',
    'RFC 5321, section 4.5.3.1.5',
  ),
  behaviour(
    '235 and 535 in one reply',
    '235-2.7.0 Authentication successful\r\n535 5.7.8 Authentication failed\r\n',
    'protocol-error',
    'RFC 5321, section 4.2.1',
  ),
  behaviour('a reply code of four digits', '2350 Welcome\r\n', 'protocol-error', 'RFC 5321, section 4.2'),
];
