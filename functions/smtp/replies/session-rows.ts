import { awsPage, rfc } from '../reference.ts';
import { type Row, TOO_MUCH } from './row.ts';

const SES_ERRORS = awsPage('Amazon SES SMTP response codes', 'ses/latest/dg/troubleshoot-smtp.html');

/** Replies before AUTH: the greeting, to EHLO and to STARTTLS. None of them can be about the credential. */
export const SESSION_ROWS: readonly Row[] = [
  {
    stages: ['greeting', 'ehlo'],
    codes: [421],
    phrase: 'clientCertificate',
    verdict: 'tls-client-certificate-required',
    reference: rfc(8446, '4.3.2'),
  },
  {
    stages: ['greeting', 'ehlo', 'starttls'],
    codes: ['4yz'],
    phrase: 'tooManyLogins',
    verdict: 'throttled',
    reference: SES_ERRORS,
  },
  {
    stages: ['greeting', 'ehlo', 'starttls'],
    codes: ['4yz'],
    phrase: 'slowDown',
    verdict: 'throttled',
    reference: SES_ERRORS,
  },
  {
    stages: ['greeting', 'ehlo', 'starttls'],
    codes: [421],
    enhanced: TOO_MUCH,
    verdict: 'throttled',
    reference: rfc(3463, '3'),
  },
  {
    stages: ['greeting', 'ehlo', 'starttls'],
    codes: [421],
    verdict: 'unavailable',
    reference: rfc(5321, '3.8'),
  },
  { stages: ['starttls'], codes: ['4yz'], verdict: 'tls-unavailable', reference: rfc(3207, '4') },
  { stages: ['starttls'], codes: ['5yz'], verdict: 'starttls-missing', reference: rfc(3207, '4') },
  { stages: ['greeting', 'ehlo'], codes: ['4yz'], verdict: 'temporary', reference: rfc(5321, '4.2.1') },
  {
    stages: ['greeting', 'ehlo'],
    codes: [550, 554],
    enhanced: ['5.7.1'],
    verdict: 'ip-refused',
    reference: rfc(5321, '3.1'),
  },
  {
    stages: ['greeting', 'ehlo'],
    codes: ['5yz'],
    phrase: 'badReputation',
    verdict: 'ip-refused',
    reference: rfc(5321, '7.8'),
  },
  {
    stages: ['greeting', 'ehlo'],
    codes: [530],
    phrase: 'starttls',
    verdict: 'tls-required',
    reference: rfc(3207, '4'),
  },
  { stages: ['greeting', 'ehlo'], codes: ['5yz'], verdict: 'server-refused', reference: rfc(5321, '3.1') },
];
