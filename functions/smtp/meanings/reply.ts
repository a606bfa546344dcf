import type { ReplyVerdict, TlsVerdict } from '../verdicts.ts';
import { after, bad, good, type Meaning, unknown } from './meaning.ts';

export const REPLY_MEANINGS: Readonly<Record<Exclude<ReplyVerdict, TlsVerdict>, Meaning>> = {
  valid: good('Nothing to do: the server accepted this login over verified TLS.'),
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
  throttled: unknown('The server asks to slow down. Try again later with fewer connections.', after(60)),
  unavailable: unknown('The server is not available at the moment (421). Try again later.', after(60)),
  'rate-limited': unknown(
    'The server counts too many logins. Stop for an hour: each try prolongs the block.',
    after(3600),
  ),
  temporary: unknown(
    'The server could not check the login now. Try again; a fresh Amazon SES key needs some time.',
    after(30),
  ),
  'quota-exceeded': unknown(
    'The server has run out of room or quota for this client (452). Try again later.',
    after(3600),
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
  ),
  'mechanism-too-weak': unknown(
    'The server wants a stronger AUTH mechanism (534). Set `authMethod` to a stronger one that it offers.',
  ),
  'not-supported': unknown('The server does not know AUTH. Check host and port.'),
  'server-unproven': unknown(
    'The server accepted the login but could not prove that it knows the password (SCRAM server signature). Check that `host` is the right server; somebody may sit between.',
  ),
  'scram-iterations': unknown(
    'The server asks for fewer than 4,096 or more than 600,000 iterations of SCRAM-SHA-256, so no proof of the password was sent: with few, whoever sees the proof can find the password. Raise the count on the server and set the password there again, or set `authMethod` to `PLAIN`.',
  ),
  'tls-required': unknown('The server wants TLS before AUTH. Check `port` and `security`.'),
  'tls-unavailable': unknown('The server cannot start TLS at the moment (454).', after(300)),
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
  ),
};
