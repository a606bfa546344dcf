import { implicitTls, silent, withMemory, withServer } from '../sound-facts.ts';
import type { Cases } from './case.ts';

const mechanisms = (...names: string[]) => withServer({ mechanisms: names });
const greeting = (text: string) => withServer({ greeting: { code: 220, enhanced: null, text } });
const lookups = (vrfy: number, expn: number) => withServer({ lookups: { vrfy, expn } });
const clearOnly = withServer({
  mechanisms: ['PLAIN'],
  plaintext: { starttls: true, mechanisms: ['XOAUTH2'], overwritten: false, auth: 530, mail: 530 },
});

export const smtpCases: Cases = {
  'auth.mechanisms': [
    ['a token', {}, 'pass'],
    ['SCRAM', mechanisms('PLAIN', 'SCRAM-SHA-256'), 'pass'],
    ['only PLAIN and LOGIN', mechanisms('PLAIN', 'LOGIN'), 'info'],
    ['CRAM-MD5 beside a token', mechanisms('PLAIN', 'XOAUTH2', 'CRAM-MD5'), 'warn'],
    ['ANONYMOUS', mechanisms('PLAIN', 'ANONYMOUS'), 'warn'],
    ['none', mechanisms(), 'fail'],
    ['no answer', silent, 'timeout'],
  ],
  'auth.downgrade': [
    ['the mechanisms of the last audit', withMemory(), 'pass'],
    ['SCRAM is gone since', withMemory({ mechanisms: ['PLAIN', 'SCRAM-SHA-256'] }), 'warn'],
    ['a weak one is gone since', withMemory({ mechanisms: ['PLAIN', 'XOAUTH2', 'CRAM-MD5'] }), 'pass'],
    ['a token is offered in clear only', { ...withMemory(), ...clearOnly }, 'warn', 'Offered before TLS'],
    ['nothing asked in clear', { ...withMemory(), ...withServer({ plaintext: null }) }, 'pass'],
    ['an audit that saw no mechanisms', withMemory({ mechanisms: null }), 'not-applicable'],
    ['another server at the last audit', withMemory({ host: 'old.example.com' }), 'not-applicable'],
    ['no audit before', {}, 'not-applicable'],
    ['no answer', silent, 'timeout'],
  ],
  'smtp.injection': [
    ['thrown away', {}, 'pass'],
    ['refused', withServer({ injection: { result: 'refused' } }), 'pass'],
    ['carried out', withServer({ injection: { result: 'executed' } }), 'fail'],
    ['not answered', withServer({ injection: { result: 'unknown', reason: 'timeout' } }), 'timeout'],
    ['no answer at all', silent, 'timeout'],
    ['implicit TLS', implicitTls, 'not-applicable'],
  ],
  'smtp.vrfy-expn': [
    ['undecided and unknown', {}, 'pass'],
    ['a name that nobody has is confirmed', lookups(250, 502), 'fail'],
    ['a list is expanded', lookups(502, 250), 'fail'],
    ['put off', lookups(450, 502), 'temporary'],
    ['no answer', silent, 'timeout'],
    ['a name that is forwarded', lookups(251, 502), 'fail'],
    ['the least of refusals', lookups(500, 500), 'pass'],
    ['VRFY not answered', withServer({ lookups: { vrfy: null, expn: 502 } }), 'not-reached'],
    ['EXPN not answered', withServer({ lookups: { vrfy: 502, expn: null } }), 'not-reached'],
  ],
  'smtp.banner': [
    ['no version', {}, 'pass'],
    [
      'a host name and an address with numbers',
      greeting('mx1.2.example.com [192.0.2.1] ESMTP ready'),
      'pass',
    ],
    ['a date', greeting('mx.example.com ESMTP Tue, 24 Nov 2026 06:00:00 +0000'), 'pass'],
    [
      'Exim',
      greeting('mx.example.com ESMTP Exim 4.94.2 Tue, 24 Nov 2026 06:00:00 +0000'),
      'warn',
      'names Exim 4.94.2. That version is open to SMTP smuggling',
    ],
    ['Postfix', greeting('mx.example.com ESMTP Postfix (3.5.25)'), 'warn'],
    [
      'Postfix after it was fixed',
      greeting('mx.example.com ESMTP Postfix (3.9.1)'),
      'warn',
      'names Postfix 3.9.1. Greetings',
    ],
    [
      'Postfix in the version that fixed it',
      greeting('mx.example.com ESMTP Postfix (3.8.4)'),
      'warn',
      'names Postfix 3.8.4. Greetings',
    ],
    [
      'Postfix in the one before',
      greeting('mx.example.com ESMTP Postfix (3.8.3)'),
      'warn',
      'open to SMTP smuggling',
    ],
    [
      'Exim in a version of two numbers',
      greeting('mx.example.com ESMTP Exim 4.97'),
      'warn',
      'open to SMTP smuggling',
    ],
    [
      'Sendmail in a version of two numbers',
      greeting('mx.example.com ESMTP Sendmail 8.18'),
      'warn',
      'names Sendmail 8.18. Greetings',
    ],
    [
      'a product that nobody knows',
      greeting('mx.example.com ESMTP Frobnicate 1.0'),
      'warn',
      'names Frobnicate 1.0. Greetings',
    ],
    ['a number at the end of the host name', greeting('mail-3.8 ESMTP ready'), 'pass'],
    ['Sendmail', greeting('mx.example.com ESMTP Sendmail 8.15.2/8.15.2; Tue, 24 Nov 2026'), 'warn'],
    [
      'Exchange',
      greeting('mx.example.com Microsoft ESMTP MAIL Service, Version: 10.0.17763.1697 ready'),
      'warn',
    ],
    [
      'a queue id of Google',
      greeting('smtp.gmail.com ESMTP 4fb4d7f45d1cf-5de59f8c1a7sm3283521a12.16 - gsmtp'),
      'pass',
    ],
    ['no greeting', silent, 'timeout'],
  ],
};
