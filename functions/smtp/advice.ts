import type { Judgement, Verdict } from './judgement.ts';

type Meaning = Omit<Judgement, 'verdict'>;

const never = { allowed: false } as const;
const after = (afterSeconds: number) => ({ allowed: true, afterSeconds });

const unknown = (advice: string, retry: Meaning['retry'] = never): Meaning => ({
  credential: 'unknown',
  advice,
  retry,
});

const bad = (advice: string): Meaning => ({ credential: 'bad', advice, retry: never });

/** What each verdict says of the credential, whether a retry may help, and what a person should do. */
const MEANINGS: Readonly<Record<Verdict, Meaning>> = {
  valid: {
    credential: 'good',
    advice: 'Nothing to do: the server accepted this login over verified TLS.',
    retry: never,
  },
  rejected: bad(
    'The server refused this user name or password. Rotate the secret or store the right password; for Amazon SES check that the password was derived for this region and is not the raw secret access key.',
  ),
  'account-disabled': bad(
    'The account is disabled (525). Re-enable it at the provider; a new password will not help.',
  ),
  throttled: unknown('The server asks to slow down. Try again later with fewer connections.', after(60)),
  'rate-limited': unknown(
    'The server counts too many logins. Stop for an hour: each try prolongs the block.',
    after(3600),
  ),
  temporary: unknown(
    'The server could not check the login now. Try again; a fresh Amazon SES key needs some time.',
    after(30),
  ),
  'password-transition': unknown(
    'The server wants one PLAIN login over TLS to move the account to a new mechanism (432).',
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
  'auth-line-too-long': unknown('The server finds the AUTH line too long (500 5.5.6).'),
  'bad-sequence': unknown('The server did not expect AUTH here (503). Check host and port.'),
  'mechanism-unsupported': unknown(
    'Server and credential have no AUTH mechanism in common. Set `authMethod` to one that the server offers.',
  ),
  'mechanism-too-weak': unknown('The server wants a stronger AUTH mechanism (534).'),
  'not-supported': unknown('The server does not know AUTH. Check host and port.'),
  'tls-required': unknown('The server wants TLS before AUTH. Check `port` and `security`.'),
  'tls-unavailable': unknown('The server cannot start TLS at the moment (454).', after(300)),
  'starttls-missing': unknown(
    'The server does not offer STARTTLS, so nothing was sent. Use port 465 with `security: tls`, or mend the server: someone between may be removing STARTTLS.',
  ),
  'tls-untrusted:expired': unknown('The certificate has expired. Renew it on the server.'),
  'tls-untrusted:not-yet-valid': unknown(
    'The certificate is not valid yet. Check the clock of the server and the certificate dates.',
  ),
  'tls-untrusted:wrong-host': unknown(
    'The certificate is for another host name. Correct `host`, or give the server a certificate for this name.',
  ),
  'tls-untrusted:self-signed': unknown(
    'The certificate is self-signed. Put it into `ca` if it is yours, or use one from a public authority.',
  ),
  'tls-untrusted:unknown-ca': unknown(
    'The certificate comes from an unknown authority. Put that authority into `ca` if it is yours.',
  ),
  'tls-untrusted:incomplete-chain': unknown(
    'The server does not send its intermediate certificates, or its authority is unknown. Send the full chain, or set `ca`.',
  ),
  'tls-untrusted:revoked': unknown('The certificate was revoked. Replace it on the server.'),
  'tls-untrusted:other': unknown(
    'The certificate could not be verified. Check the chain with `openssl s_client`.',
  ),
  'tls-mode-mismatch': unknown(
    'The server does not speak TLS from the first byte on this port. Use `security: starttls` here, or port 465.',
  ),
  'tls-too-old': unknown('The server only speaks a TLS version older than 1.2 (RFC 8996). Upgrade it.'),
  'tls-failed': unknown('The TLS handshake failed. Check the TLS settings of the server.', after(60)),
  'server-refused': unknown(
    'The server refuses this client before any login. Check its block and allow lists.',
  ),
  unreachable: unknown(
    'The server could not be reached. Check `host`, `port`, DNS, and the network of the function; AWS blocks port 25.',
    after(60),
  ),
  timeout: unknown(
    'The server did not answer in time. If it is port 465 with `security: starttls`, use `tls`.',
    after(60),
  ),
  closed: unknown('The server closed the connection in the middle of the dialogue.', after(60)),
  'protocol-error': unknown(
    'The server answered something that SMTP does not allow here. Check host and port.',
  ),
  'malformed-secret': unknown('The secret is not a valid Keyturn credential. Correct the named field.'),
  'no-login-yet': unknown('The secret has no user name and password yet. Its first rotation will make them.'),
};

export function meaningOf(verdict: Verdict): Meaning {
  return MEANINGS[verdict];
}
