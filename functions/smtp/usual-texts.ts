import { REGISTERED_EXTENSIONS, REGISTERED_MECHANISMS } from './ehlo.ts';
import type { Span } from './verdicts/phrases.ts';

/** What mail servers usually say, so that it can be read; no verdict depends on it. In lower case, without a place for anything private. */
const TEXTS: readonly string[] = [
  // RFC 4954 section 6, RFC 5321 section 4.2.3, RFC 5248.
  'authentication succeeded',
  'authentication successful',
  'authentication unsuccessful',
  'authentication failed',
  'authentication failure',
  'authentication rejected',
  'authentication required',
  'authentication credentials invalid',
  'authentication credentials are invalid',
  'authentication mechanism is too weak',
  'authentication mechanism not supported',
  'authentication exchange line is too long',
  'authentication not enabled',
  'authentication aborted',
  'authentication cancelled',
  'authentication disabled',
  'authentication error',
  'authentication is required',
  'temporary authentication failure',
  'temporary authentication problem',
  'a password transition is needed',
  'a tls connection is required',
  'encryption required for requested authentication mechanism',
  'encryption required',
  'encryption needed',
  'user account disabled',
  'account disabled',
  'account is disabled',
  'account suspended',
  'account is suspended',
  'account is locked',
  'account locked',
  'cannot base64-decode client responses',
  'cannot decode response',
  'requested action not taken',
  'requested action aborted',
  'requested mail action okay, completed',
  'mailbox unavailable',
  'mailbox full',
  'mailbox name not allowed',
  'local error in processing',
  'insufficient system storage',
  'syntax error',
  'syntax error, command unrecognized',
  'syntax error in parameters or arguments',
  'syntax error in parameters',
  'command unrecognized',
  'command not recognized',
  'command not implemented',
  'command unknown',
  'unrecognized command',
  'unknown command',
  'bad sequence of commands',
  'command parameter not implemented',
  'unrecognized authentication type',
  'unsupported authentication type',
  'transaction failed',
  'service ready',
  'service not available, closing transmission channel',
  'service not available',
  'service closing transmission channel',
  'closing transmission channel',
  'closing connection',
  'start mail input',
  'end data with <cr><lf>.<cr><lf>',
  'user not local',
  'no such user here',
  'no such user',
  'no smtp service here',
  'must issue a starttls command first',
  'ready to start tls',
  'tls not available due to temporary reason',
  'tls not available',
  'tls go ahead',
  'starttls not available',
  'timeout waiting for data from client',
  'closed by timeout',
  // Postfix and Cyrus SASL.
  'error: authentication not enabled',
  'error: authentication failed',
  'error: already authenticated',
  'error: mail transaction in progress',
  'error: too many errors',
  'sasl authentication failed',
  'sasl login authentication failed',
  'sasl plain authentication failed',
  'generic failure',
  'authentication server is unavailable',
  'no secret in database',
  'bad protocol / cancel',
  'vxnlcm5hbwu6',
  'ugfzc3dvcmq6',
  'relay access denied',
  'sender address rejected',
  'recipient address rejected',
  'client host rejected',
  'helo command rejected',
  'access denied',
  'not owned by user',
  'not logged in',
  'server configuration error',
  'queued as',
  'message size exceeds fixed limit',
  'improper command pipelining',
  'end of file',
  'greylisted',
  'greylisting in effect',
  // Exim.
  'incorrect authentication data',
  'authentication data',
  'auth command used when not advertised',
  'synchronization error',
  'relay not permitted',
  'sender verify failed',
  'must authenticate before sending mail',
  'unable to authenticate at present',
  'administrative prohibition',
  'unexpected failure, please try later',
  // Dovecot.
  'logged in',
  'unsupported authentication mechanism',
  'auth not available',
  'invalid command',
  // Sendmail, and libraries for servers.
  'pleased to meet you',
  'at your service',
  'bad or missing',
  'message accepted for delivery',
  'message queued',
  'message accepted',
  'error: bad syntax',
  'error: unrecognized authentication type',
  'accepted',
  'nothing to see here',
  // Amazon SES.
  'authentication successful.',
  'access denied: user is not authorized to perform',
  'email address is not verified',
  'the following identities failed the check in region',
  'message rejected',
  'transaction failed: ',
  'sender address is not verified',
  'message is too long',
  'maximum sending rate exceeded',
  'daily message quota exceeded',
  // Gmail.
  'username and password not accepted',
  'application-specific password required',
  'please log in via your web browser and then try again',
  'please log in with your web browser and then try again',
  'learn more at',
  'learn more',
  'for more information, go to',
  'https://support.google.com/mail/?p=badcredentials',
  'https://support.google.com/mail/?p=invalidsecondfactor',
  'https://support.google.com/mail/?p=weblogin',
  'https://support.google.com/mail/?p=webloginrequired',
  'https://support.google.com/mail/?p=toomanylogin',
  'badcredentials',
  'invalidsecondfactor',
  'gsmtp',
  // Microsoft 365 and Exchange.
  'smtpclientauthentication is disabled for the tenant',
  'smtpclientauthentication is disabled for the mailbox',
  'visit https://aka.ms/smtp_auth_disabled for more information',
  'the user credentials were incorrect',
  'the request did not meet the criteria to be authenticated successfully',
  'contact your administrator',
  'user is locked by your organization security defaults policy',
  "user is locked by your organization's security defaults policy",
  'user is locked by your organization’s security defaults policy',
  'basic authentication is not supported for client submission',
  'basic authentication is disabled',
  'client was not authenticated to send anonymous mail during mail from',
  'client not authenticated to send mail',
  'client not authenticated',
  'client does not have permissions to send as this sender',
  'microsoft esmtp mail service ready',
  'microsoft esmtp mail service',
  'target host responded with error',
  // SendGrid, Mailgun, Resend, Mailjet, Brevo, Postmark, Yahoo, Zoho.
  'the provided authorization grant is invalid, expired, or revoked',
  'bad username / password',
  'you are not authorized to send from this account',
  'unauthenticated senders not allowed',
  'maximum credits exceeded',
  'the from address does not match a verified sender identity',
  'api key is invalid',
  'api key not found',
  'domain is not verified',
  'please activate your smtp account',
  'your smtp account is not yet activated',
  'please contact support',
  // Words on the way to a login.
  'invalid login or password',
  'invalid user or password',
  'invalid username or password',
  'invalid user name or password',
  'invalid credentials',
  'invalid password',
  'invalid login',
  'incorrect password',
  'wrong password',
  'wrong username or password',
  'bad credentials',
  'bad username or password',
  'login failed',
  'login denied',
  'login successful',
  'password rejected',
  'password expired',
  'unknown user',
  'user unknown',
  'go ahead',
  'please try again later',
  'please try again',
  'try again',
  'system not accepting network messages',
  'server busy',
  'unusual rate',
  'not accepting messages at this time',
  'resources temporarily unavailable',
  'goodbye',
  'welcome',
  'sender ok',
  'recipient ok',
  'reset ok',
  'ok',
  'bye',
  // Greetings.
  'esmtp',
  'esmtps',
  'esmtpsa',
  'smtp',
  'simpleemailservice',
  'no uce',
  'no ube',
  'ready',
];

/** Names that a greeting gives to the software; a version may follow. */
const PRODUCTS: readonly string[] = [
  'postfix',
  'exim',
  'sendmail',
  'dovecot',
  'opensmtpd',
  'haraka',
  'stalwart',
  'maddy',
  'mox',
  'james',
  'courier',
  'cyrus',
  'qmail',
  'netqmail',
  'zimbra',
  'hmailserver',
  'mailenable',
  'mdaemon',
  'icewarp',
  'kerio connect',
  'communigate pro',
  'smartermail',
  'powermta',
  'halon',
  'momentum',
  'greenarrow',
  'axigen',
  'xeams',
  'domino',
  'groupwise',
  'amavisd-new',
  'aiosmtpd',
  'chasquid',
  'citadel',
  'mailpit',
  'mailhog',
  'surgemail',
  'imail',
  'fortimail',
  'ironport',
  'barracuda',
  'proofpoint',
  'mimecast',
  'trend micro',
  'version:',
];

/** What sound servers list in an EHLO reply. */
const KEYWORDS = [...REGISTERED_EXTENSIONS, ...REGISTERED_MECHANISMS].map((name) => name.toLowerCase());

const WORD = /[\p{L}\p{N}]+/gu;
/** Characters that make a word a part of something else, such as base64. */
const JOINS = /[\p{L}\p{N}+/%]/u;
const VERSION = /[ /:_(-]{1,2}v?\d{1,2}\.\d{1,2}(?:\.\d{1,5})?(?:\.\d{1,4})?/y;
const NUMBER = / \d{1,12}/y;
/** The one letter that takes two characters in lower case. */
const GROWS = 'İ';

/** By their first words, the longest first; not one pattern of them all, which would take long to compile. */
const BY_FIRST_WORD = Map.groupBy(
  [...PRODUCTS, ...TEXTS, ...KEYWORDS].toSorted((a, b) => b.length - a.length),
  (text) => /^[a-z0-9]+/.exec(text)?.[0] ?? '',
);

/** Where the usual texts are in one line, in their order. */
export function usualTextsIn(line: string): readonly Span[] {
  const lower = line.replaceAll(GROWS, 'ı').toLowerCase();
  const spans: Span[] = [];
  let done = 0;
  WORD.lastIndex = 0;
  for (let word = WORD.exec(lower); word; word = WORD.exec(lower)) {
    const { 0: first, index } = word;
    const texts = index < done ? undefined : BY_FIRST_WORD.get(first);
    if (!texts || JOINS.test(lower[index - 1] ?? '')) continue;
    done = endOf(texts, lower, index);
    if (done > index) spans.push({ start: index, end: done });
  }
  return spans;
}

/** The end of the longest of the texts that stands there; `start` when none does. */
function endOf(texts: readonly string[], line: string, start: number): number {
  for (const text of texts) {
    if (!line.startsWith(text, start)) continue;
    const end = start + text.length;
    const more = endOfMore(text, line, end);
    if (more > end || !JOINS.test(line[end] ?? '')) return more;
  }
  return start;
}

/** The version of a product and the number behind SIZE belong to them. */
function endOfMore(text: string, line: string, end: number): number {
  const more = text === 'size' ? NUMBER : VERSION;
  more.lastIndex = end;
  const found = (text === 'size' || PRODUCTS.includes(text)) && more.test(line);
  return found ? more.lastIndex : end;
}
