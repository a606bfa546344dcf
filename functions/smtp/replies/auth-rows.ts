import { awsPage, googlePage, microsoftPage, rfc } from '../reference.ts';
import { type Row, TOO_MUCH } from './row.ts';

const SES_ERRORS = awsPage('Amazon SES SMTP response codes', 'ses/latest/dg/troubleshoot-smtp.html');
const SES_QUOTAS = awsPage(
  'Errors related to the sending quotas of Amazon SES',
  'ses/latest/dg/manage-sending-quotas-errors.html',
);
const GMAIL = googlePage('Gmail SMTP errors and codes', 'support.google.com/a/answer/3726730');
const SMTP_AUTH = microsoftPage(
  'Enable or disable SMTP AUTH in Exchange Online',
  'exchange/clients-and-mobile-in-exchange-online/authenticated-client-smtp-submission',
);
const SUBMISSION = microsoftPage(
  'Fix issues with printers, scanners and applications that send e-mail using Microsoft 365',
  'exchange/mail-flow-best-practices/fix-issues-with-printers-scanners-and-lob-applications-that-send-email-using-off',
);
const BASIC_AUTH = microsoftPage(
  'Deprecation of Basic authentication in Exchange Online',
  'exchange/clients-and-mobile-in-exchange-online/deprecation-of-basic-authentication-exchange-online',
);

const AUTH = ['auth'] as const;
const auth = (row: Omit<Row, 'stages'>): Row => ({ stages: AUTH, ...row });

/** Wordings that overrule the code they come with: a refusal that is no word about the password. */
const OVERRULING: readonly Row[] = [
  auth({
    codes: ['4yz', 503, 535, 534, 550, 554],
    phrase: 'tooManyLogins',
    verdict: 'rate-limited',
    reference: GMAIL,
  }),
  auth({ codes: ['4yz', 535], phrase: 'sesDaily', verdict: 'daily-quota-exceeded', reference: SES_QUOTAS }),
  auth({ codes: ['4yz', 535], phrase: 'sesRate', verdict: 'throttled', reference: SES_QUOTAS }),
  auth({ codes: ['4yz', 535], phrase: 'quota', verdict: 'quota-exceeded', reference: rfc(5321, '4.2.3') }),
  auth({ codes: ['4yz', 535], phrase: 'slowDown', verdict: 'throttled', reference: rfc(4954, '6') }),
];

const TRANSIENT: readonly Row[] = [
  auth({ codes: [421], enhanced: TOO_MUCH, verdict: 'throttled', reference: rfc(3463, '3') }),
  auth({ codes: [421], verdict: 'unavailable', reference: rfc(5321, '3.8') }),
  auth({ codes: [432], verdict: 'password-transition', reference: rfc(4954, '6') }),
  auth({ codes: [452], verdict: 'quota-exceeded', reference: rfc(5321, '4.2.3') }),
  auth({ codes: [454], verdict: 'temporary', reference: rfc(4954, '6') }),
  auth({ codes: ['4yz'], verdict: 'temporary', reference: rfc(5321, '4.2.1') }),
];

const SYNTAX: readonly Row[] = [
  auth({
    codes: [500],
    enhanced: ['5.5.6'],
    verdict: 'auth-line-too-long',
    reference: rfc(4954, '4'),
  }),
  auth({ codes: [500], phrase: 'lineTooLong', verdict: 'auth-line-too-long', reference: rfc(4954, '4') }),
  auth({ codes: [500, 502], verdict: 'not-supported', reference: rfc(5321, '4.2.4') }),
  auth({ codes: [501], verdict: 'auth-syntax', reference: rfc(4954, '4') }),
  auth({ codes: [503], verdict: 'bad-sequence', reference: rfc(4954, '4') }),
  auth({ codes: [504], verdict: 'mechanism-unsupported', reference: rfc(4954, '4') }),
];

const SECURITY: readonly Row[] = [
  auth({ codes: [538], verdict: 'tls-required', reference: rfc(4954, '6') }),
  auth({ codes: [523], verdict: 'tls-required', reference: rfc(5248, '2.4') }),
  auth({ codes: [525], verdict: 'account-disabled', reference: rfc(5248, '2.4') }),
  auth({ codes: [530], phrase: 'starttls', verdict: 'tls-required', reference: rfc(3207, '4') }),
  auth({ codes: [530], verdict: 'auth-required', reference: rfc(4954, '6') }),
  auth({ codes: [534], phrase: 'appPassword', verdict: 'app-password-required', reference: GMAIL }),
  auth({ codes: [534], enhanced: ['5.7.14'], verdict: 'interactive-challenge', reference: GMAIL }),
  auth({ codes: [534], phrase: 'webBrowser', verdict: 'interactive-challenge', reference: GMAIL }),
  auth({ codes: [534], verdict: 'mechanism-too-weak', reference: rfc(4954, '6') }),
  auth({ codes: [550], enhanced: ['5.7.30'], verdict: 'basic-auth-retired', reference: BASIC_AUTH }),
  auth({ codes: [550], phrase: 'basicAuthDisabled', verdict: 'basic-auth-retired', reference: BASIC_AUTH }),
];

/** 535 is a refusal of the login unless something in it says that it is not. */
const REFUSED: readonly Row[] = [
  auth({
    codes: [535],
    phrase: 'smtpAuthDisabled',
    verdict: 'auth-disabled-by-policy',
    reference: SMTP_AUTH,
  }),
  auth({ codes: [535], phrase: 'basicAuthDisabled', verdict: 'basic-auth-retired', reference: BASIC_AUTH }),
  auth({
    codes: [535],
    phrase: 'tenantPolicy',
    verdict: 'blocked-by-conditional-access',
    reference: SUBMISSION,
  }),
  auth({
    codes: [535],
    enhanced: ['5.7.139'],
    phrase: 'wrongCredentials',
    verdict: 'rejected',
    reference: SUBMISSION,
  }),
  auth({
    codes: [535],
    enhanced: ['5.7.139'],
    verdict: 'blocked-by-conditional-access',
    reference: SUBMISSION,
  }),
  auth({ codes: [535], phrase: 'notSubscribed', verdict: 'account-not-enabled', reference: SES_ERRORS }),
  auth({ codes: [535], phrase: 'appPassword', verdict: 'app-password-required', reference: GMAIL }),
  auth({ codes: [535], phrase: 'webBrowser', verdict: 'interactive-challenge', reference: GMAIL }),
  // Dovecot says 535 5.7.8 for that, before it looks at the password.
  auth({
    codes: [535],
    phrase: 'clientCertificate',
    verdict: 'tls-client-certificate-required',
    reference: rfc(8446, '4.3.2'),
  }),
  // Postfix says 535 whatever its SASL service had against the AUTH command.
  auth({ codes: [535], phrase: 'invalidBase64', verdict: 'auth-syntax', reference: rfc(4954, '4') }),
  auth({
    codes: [535],
    phrase: 'invalidMechanism',
    verdict: 'mechanism-unsupported',
    reference: rfc(4954, '4'),
  }),
  auth({ codes: [535], phrase: 'starttls', verdict: 'tls-required', reference: rfc(3207, '4') }),
  auth({ codes: [535], phrase: 'tryLater', verdict: 'temporary', reference: rfc(4954, '6') }),
  auth({ codes: [535], phrase: 'policy', verdict: 'auth-disabled-by-policy', reference: rfc(5248, '2.4') }),
  auth({ codes: [535], enhanced: ['5.7.3'], verdict: 'rejected-or-disabled', reference: SUBMISSION }),
  auth({ codes: [535], verdict: 'rejected', reference: rfc(4954, '6') }),
];

/** Replies to AUTH, RFC 4954 section 6 and what providers make of it. */
export const AUTH_ROWS: readonly Row[] = [...OVERRULING, ...TRANSIENT, ...SYNTAX, ...SECURITY, ...REFUSED];
