import type { Reply, Stage } from '../evidence.ts';
import { awsPage, googlePage, microsoftPage, type Reference, rfc } from '../reference.ts';
import { bad, good, later, unknown, type VerdictEntry } from './entry.ts';
import { PHRASES, type Phrase } from './phrases.ts';

/** What a reply or a mechanism's own check proved. */
export const REPLY_VERDICTS = {
  // Stryker disable StringLiteral: advice is for people, and the public names are held by their types.
  valid: good('Nothing to do: the server accepted this login over verified TLS.', rfc(4954, '4')),
  rejected: bad(
    'The server refused this user name or password. Rotate the secret or store the right password; for Amazon SES check that the password was derived for this region and is not the raw secret access key.',
  ),
  'rejected-or-disabled': unknown(
    'Exchange refused the login without saying why (535 5.7.3): the password is wrong, or SMTP AUTH is disabled for the mailbox. Ask its administrator which.',
  ),
  'token-rejected': bad(
    'The server refused this access token: it has expired, was revoked or lacks the scope for SMTP. Store a fresh token; the account itself may be sound.',
  ),
  'token-not-accepted': unknown(
    'The client secret is sound: Microsoft Entra gave an access token for it. The mail server does not take that for this mailbox: grant the application SMTP.SendAsApp, register its service principal in Exchange Online with access to the mailbox, and enable SMTP AUTH there.',
  ),
  'account-disabled': bad(
    'The account is disabled (525). Re-enable it at the provider; a new password will not help.',
  ),
  throttled: later(60, 'The server asks to slow down. Try again later with fewer connections.'),
  unavailable: later(60, 'The server is not available at the moment (421). Try again later.'),
  'rate-limited': later(
    3600,
    'The server counts too many logins. Stop for an hour: each try prolongs the block.',
  ),
  temporary: later(
    30,
    'The server could not check the login now. Try again; a fresh Amazon SES key needs some time.',
  ),
  'quota-exceeded': later(
    3600,
    'The server has run out of room or quota for this client (452). Try again later.',
  ),
  'daily-quota-exceeded': unknown(
    'The daily sending quota of Amazon SES is used up. Wait until its 24 hours have passed, or ask for a higher quota.',
  ),
  'password-transition': unknown(
    'The server wants one PLAIN login over TLS to move the account to a new mechanism (432). Set `authMethod` to `PLAIN` once.',
  ),
  'app-password-required': unknown(
    'The provider wants an application-specific password or OAuth 2.0 instead of the account password.',
  ),
  'interactive-challenge': unknown('The provider wants a person to log in with a browser first.'),
  'auth-disabled-by-policy': unknown(
    'SMTP AUTH is switched off for this tenant or mailbox. Enable it there, or use OAuth 2.0.',
  ),
  'blocked-by-conditional-access': unknown(
    'A security policy of the tenant blocks this login. Ask its administrator.',
  ),
  'basic-auth-retired': unknown('The provider no longer takes passwords for SMTP. Use OAuth 2.0.'),
  'account-not-enabled': unknown('The AWS account is not enabled for Amazon SES in this region.'),
  'auth-not-offered': unknown(
    'The server offers no AUTH after TLS, so the password was never tried. Check host and port: this may be a relay port.',
    rfc(4954, '3'),
  ),
  'auth-required': unknown('The server wants authentication before AUTH was complete. Check host and port.'),
  'auth-syntax': unknown(
    'The server could not read the AUTH command (501). Check the user name for unusual characters.',
  ),
  'auth-line-too-long': unknown(
    'The AUTH line is too long for the server (500) or for any (12,288 octets). Use a shorter password or token.',
  ),
  'bad-sequence': unknown('The server did not expect AUTH here (503). Check host and port.'),
  'mechanism-unsupported': unknown(
    'Server and credential have no AUTH mechanism in common. Set `authMethod` to one that the server offers.',
    rfc(4954, '4'),
  ),
  'mechanism-too-weak': unknown(
    'The server wants a stronger AUTH mechanism (534). Set `authMethod` to a stronger one that it offers.',
  ),
  'not-supported': unknown('The server does not know AUTH. Check host and port.'),
  'server-unproven': unknown(
    'The server accepted the login but could not prove that it knows the password (SCRAM server signature). Check that `host` is the right server; somebody may sit between.',
    rfc(5802, '5'),
  ),
  'scram-iterations': unknown(
    'The server asks for fewer than 4,096 or more than 600,000 iterations of SCRAM-SHA-256, so no proof of the password was sent: with few, whoever sees the proof can find the password. Raise the count on the server and set the password there again, or set `authMethod` to `PLAIN`.',
    rfc(7677, '4'),
  ),
  'tls-required': unknown('The server wants TLS before AUTH. Check `port` and `security`.'),
  'tls-unavailable': later(300, 'The server cannot start TLS at the moment (454).'),
  'starttls-missing': unknown(
    'The server does not offer STARTTLS, so nothing was sent. Use port 465 with `security: tls`, or fix the server: someone between may be removing STARTTLS.',
  ),
  'ip-refused': unknown(
    'The server refuses the address this login came from. Check its block and allow lists.',
  ),
  'server-refused': unknown(
    'The server refuses this client before any login. Check host and port, and the rules of the server.',
  ),
  'protocol-error': unknown(
    'The server answered something that SMTP does not allow here. Check host and port.',
    rfc(5321, '4.2'),
  ),
} satisfies Record<string, VerdictEntry>;
// Stryker restore StringLiteral

/** The last is said in a reply by some servers, by a TLS alert by others. */
export type ReplyVerdict = keyof typeof REPLY_VERDICTS | 'tls-client-certificate-required';

/** The stages in which a server speaks SMTP to us. */
export type ReplyStage = Extract<Stage, 'greeting' | 'ehlo' | 'starttls' | 'auth'>;

/** A code, or all codes of a kind (RFC 5321 section 4.2.1): 4yz transient, 5yz permanent. */
type Code = number | '4yz' | '5yz';

interface ReplyRow {
  readonly stages: readonly ReplyStage[];
  readonly codes: readonly Code[];
  /** RFC 3463. */
  readonly enhanced?: readonly string[];
  readonly phrase?: Phrase;
  readonly verdict: ReplyVerdict;
  readonly reference: Reference;
}

const row = (
  stages: readonly ReplyStage[],
  codes: readonly Code[],
  verdict: ReplyVerdict,
  reference: Reference,
  only: Pick<ReplyRow, 'enhanced' | 'phrase'> = {},
): ReplyRow => ({ stages, codes, verdict, reference, ...only });

const HELLO = ['greeting', 'ehlo'] as const;
const STARTTLS = ['starttls'] as const;
const BEFORE_AUTH = [...HELLO, ...STARTTLS] as const;
const AUTH = ['auth'] as const;

/** System not accepting, too busy or congested, and the 4.7.0 with which Gmail and Amazon SES slow clients down. */
const TOO_MUCH: readonly string[] = ['4.3.2', '4.4.5', '4.7.0', '4.7.28'];

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

/**
 * Every reply that can end a login and means something, and its verdict; the first match wins. Replies after AUTH (452,
 * 454 and 554 to MAIL, RCPT and DATA) are not in it: a login never comes so far.
 */
export const REPLY_TABLE: readonly ReplyRow[] = [
  // None of the replies before AUTH can be about the credential.
  row(HELLO, [421], 'tls-client-certificate-required', rfc(8446, '4.3.2'), { phrase: 'clientCertificate' }),
  row(BEFORE_AUTH, ['4yz'], 'throttled', SES_ERRORS, { phrase: 'tooManyLogins' }),
  row(BEFORE_AUTH, ['4yz'], 'throttled', SES_ERRORS, { phrase: 'slowDown' }),
  row(BEFORE_AUTH, [421], 'throttled', rfc(3463, '3'), { enhanced: TOO_MUCH }),
  row(BEFORE_AUTH, [421], 'unavailable', rfc(5321, '3.8')),
  row(STARTTLS, ['4yz'], 'tls-unavailable', rfc(3207, '4')),
  row(STARTTLS, ['5yz'], 'starttls-missing', rfc(3207, '4')),
  row(HELLO, ['4yz'], 'temporary', rfc(5321, '4.2.1')),
  row(HELLO, [550, 554], 'ip-refused', rfc(5321, '3.1'), { enhanced: ['5.7.1'] }),
  row(HELLO, ['5yz'], 'ip-refused', rfc(5321, '7.8'), { phrase: 'badReputation' }),
  row(HELLO, [530], 'tls-required', rfc(3207, '4'), { phrase: 'starttls' }),
  row(HELLO, ['5yz'], 'server-refused', rfc(5321, '3.1')),
  // To AUTH, RFC 4954 section 6 and what providers make of it. First wordings that overrule the code they come with.
  row(AUTH, ['4yz', 503, 535, 534, 550, 554], 'rate-limited', GMAIL, { phrase: 'tooManyLogins' }),
  row(AUTH, ['4yz', 535], 'daily-quota-exceeded', SES_QUOTAS, { phrase: 'sesDaily' }),
  row(AUTH, ['4yz', 535], 'throttled', SES_QUOTAS, { phrase: 'sesRate' }),
  row(AUTH, ['4yz', 535], 'quota-exceeded', rfc(5321, '4.2.3'), { phrase: 'quota' }),
  row(AUTH, ['4yz', 535], 'throttled', rfc(4954, '6'), { phrase: 'slowDown' }),
  row(AUTH, [421], 'throttled', rfc(3463, '3'), { enhanced: TOO_MUCH }),
  row(AUTH, [421], 'unavailable', rfc(5321, '3.8')),
  row(AUTH, [432], 'password-transition', rfc(4954, '6')),
  row(AUTH, [452], 'quota-exceeded', rfc(5321, '4.2.3')),
  row(AUTH, [454], 'temporary', rfc(4954, '6')),
  row(AUTH, ['4yz'], 'temporary', rfc(5321, '4.2.1')),
  row(AUTH, [500], 'auth-line-too-long', rfc(4954, '4'), { enhanced: ['5.5.6'] }),
  row(AUTH, [500], 'auth-line-too-long', rfc(4954, '4'), { phrase: 'lineTooLong' }),
  row(AUTH, [500, 502], 'not-supported', rfc(5321, '4.2.4')),
  row(AUTH, [501], 'auth-syntax', rfc(4954, '4')),
  row(AUTH, [503], 'bad-sequence', rfc(4954, '4')),
  row(AUTH, [504], 'mechanism-unsupported', rfc(4954, '4')),
  row(AUTH, [538], 'tls-required', rfc(4954, '6')),
  row(AUTH, [523], 'tls-required', rfc(5248, '2.4')),
  row(AUTH, [525], 'account-disabled', rfc(5248, '2.4')),
  row(AUTH, [530], 'tls-required', rfc(3207, '4'), { phrase: 'starttls' }),
  row(AUTH, [530], 'auth-required', rfc(4954, '6')),
  row(AUTH, [534], 'app-password-required', GMAIL, { phrase: 'appPassword' }),
  row(AUTH, [534], 'interactive-challenge', GMAIL, { enhanced: ['5.7.14'] }),
  row(AUTH, [534], 'interactive-challenge', GMAIL, { phrase: 'webBrowser' }),
  row(AUTH, [534], 'mechanism-too-weak', rfc(4954, '6')),
  row(AUTH, [550], 'basic-auth-retired', BASIC_AUTH, { enhanced: ['5.7.30'] }),
  row(AUTH, [550], 'basic-auth-retired', BASIC_AUTH, { phrase: 'basicAuthDisabled' }),
  // 535 is a refusal of the login unless something in it says that it is not.
  row(AUTH, [535], 'auth-disabled-by-policy', SMTP_AUTH, { phrase: 'smtpAuthDisabled' }),
  row(AUTH, [535], 'basic-auth-retired', BASIC_AUTH, { phrase: 'basicAuthDisabled' }),
  row(AUTH, [535], 'blocked-by-conditional-access', SUBMISSION, { phrase: 'tenantPolicy' }),
  row(AUTH, [535], 'rejected', SUBMISSION, { enhanced: ['5.7.139'], phrase: 'wrongCredentials' }),
  row(AUTH, [535], 'blocked-by-conditional-access', SUBMISSION, { enhanced: ['5.7.139'] }),
  row(AUTH, [535], 'account-not-enabled', SES_ERRORS, { phrase: 'notSubscribed' }),
  row(AUTH, [535], 'app-password-required', GMAIL, { phrase: 'appPassword' }),
  row(AUTH, [535], 'interactive-challenge', GMAIL, { phrase: 'webBrowser' }),
  // Dovecot says 535 5.7.8 for that, before it looks at the password.
  row(AUTH, [535], 'tls-client-certificate-required', rfc(8446, '4.3.2'), { phrase: 'clientCertificate' }),
  // Postfix says 535 whatever its SASL service had against the AUTH command.
  row(AUTH, [535], 'auth-syntax', rfc(4954, '4'), { phrase: 'invalidBase64' }),
  row(AUTH, [535], 'mechanism-unsupported', rfc(4954, '4'), { phrase: 'invalidMechanism' }),
  row(AUTH, [535], 'tls-required', rfc(3207, '4'), { phrase: 'starttls' }),
  row(AUTH, [535], 'temporary', rfc(4954, '6'), { phrase: 'tryLater' }),
  row(AUTH, [535], 'auth-disabled-by-policy', rfc(5248, '2.4'), { phrase: 'policy' }),
  row(AUTH, [535], 'rejected-or-disabled', SUBMISSION, { enhanced: ['5.7.3'] }),
  row(AUTH, [535], 'rejected', rfc(4954, '6')),
];

type Found = Pick<ReplyRow, 'verdict' | 'reference'>;

/** An enhanced code of another class than the reply's (`535 4.7.8`): one of the two is wrong, so it proves nothing. */
const CONTRADICTION: Found = { verdict: 'protocol-error', reference: rfc(2034, '4') };

/** 334 after the last word, a 2yz in the wrong place, and codes that nobody has defined prove nothing either. */
const UNDEFINED: Found = { verdict: 'protocol-error', reference: rfc(5321, '4.2') };

/** What the table says of a reply. */
export function replyRow(stage: Stage, reply: Reply): Found {
  if (isContradictory(reply)) return CONTRADICTION;
  return REPLY_TABLE.find((one) => matches(one, stage, reply)) ?? UNDEFINED;
}

export function isContradictory({ code, enhanced }: Reply): boolean {
  return enhanced !== null && enhanced[0] !== String(code)[0];
}

function matches({ stages, codes, enhanced, phrase }: ReplyRow, stage: Stage, reply: Reply): boolean {
  if (!stages.some((known) => known === stage)) return false;
  if (!codes.some((code) => includes(code, reply.code))) return false;
  if (enhanced && !enhanced.some((known) => known === reply.enhanced)) return false;
  if (phrase === undefined) return true;
  return reply.wordings?.includes(phrase) ?? PHRASES[phrase].test(reply.text);
}

function includes(code: Code, value: number): boolean {
  return typeof code === 'number' ? code === value : code[0] === String(value)[0];
}

/** HTTP's and RFC 6749's words for a fault of the server that checks tokens, not of the token. */
const SERVER_FAULTS: readonly string[] = ['429', 'server_error', 'temporarily_unavailable'];
const HTTP_5YZ = /^5\d\d$/;

/** What a refusal means when the login was made with an OAuth 2.0 token, given the server's status for it. */
export function tokenVerdict(verdict: ReplyVerdict, status: string | undefined): ReplyVerdict {
  if (verdict !== 'rejected' && verdict !== 'rejected-or-disabled') return verdict;
  if (status === undefined) return verdict === 'rejected' ? 'token-rejected' : verdict;
  if (HTTP_5YZ.test(status) || SERVER_FAULTS.includes(status)) return 'temporary';
  return status === 'invalid_request' ? 'auth-syntax' : 'token-rejected';
}
