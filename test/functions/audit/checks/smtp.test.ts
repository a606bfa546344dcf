import { smtpChecks } from '../../../../functions/audit/checks/smtp.ts';
import { silent, withServer } from '../sound-facts.ts';
import { testChecks } from './table.ts';

const mechanisms = (...names: string[]) => withServer({ mechanisms: names });
const greeting = (text: string) => withServer({ greeting: { code: 220, enhanced: null, text } });

testChecks(smtpChecks, {
  'auth.mechanisms': [
    ['a token', {}, 'pass'],
    ['SCRAM', mechanisms('PLAIN', 'SCRAM-SHA-256'), 'pass'],
    ['only PLAIN and LOGIN', mechanisms('PLAIN', 'LOGIN'), 'info'],
    ['CRAM-MD5 beside a token', mechanisms('PLAIN', 'XOAUTH2', 'CRAM-MD5'), 'warn'],
    ['ANONYMOUS', mechanisms('PLAIN', 'ANONYMOUS'), 'warn'],
    ['none', mechanisms(), 'fail'],
    ['no answer', silent, 'timeout'],
  ],
  'smtp.banner': [
    ['no version', {}, 'pass'],
    [
      'a host name and an address with numbers',
      greeting('mx1.2.example.com [192.0.2.1] ESMTP ready'),
      'pass',
    ],
    ['a date', greeting('mx.example.com ESMTP Tue, 24 Nov 2026 06:00:00 +0000'), 'pass'],
    ['Exim', greeting('mx.example.com ESMTP Exim 4.94.2 Tue, 24 Nov 2026 06:00:00 +0000'), 'warn'],
    ['Postfix', greeting('mx.example.com ESMTP Postfix (3.5.25)'), 'warn'],
    ['Sendmail', greeting('mx.example.com ESMTP Sendmail 8.15.2/8.15.2; Tue, 24 Nov 2026'), 'warn'],
    ['no greeting', silent, 'timeout'],
  ],
});
