/** What a reply to AUTH, on its own, proves of the credential; written down here, not asked of the code under test. */
export type Proves = 'good' | 'bad' | 'nothing';

export interface FinalReply {
  readonly text: string;
  readonly proves: Proves;
}

const replies = (proves: Proves, ...texts: readonly string[]): readonly FinalReply[] =>
  texts.map((text) => ({ text, proves }));

export const FINAL_REPLIES: readonly FinalReply[] = [
  ...replies('good', '235 2.7.0 Authentication successful', '235 OK', '235-2.7.0 Welcome\r\n235 2.7.0 back'),
  ...replies(
    'bad',
    '535 5.7.8 Authentication credentials invalid',
    '535 Authentication Credentials Invalid',
    '535-5.7.8 Username and Password not accepted.\r\n535 5.7.8 See BadCredentials',
    '525 5.7.13 User account disabled',
  ),
  ...replies(
    'nothing',
    '250 2.0.0 OK',
    '334 ',
    '421 4.7.0 Too many connections',
    '432 4.7.12 A password transition is needed',
    '454 4.7.0 Temporary authentication failure',
    '454 4.7.0 Too many login attempts',
    '500 5.5.6 Line too long',
    '501 5.5.2 Cannot decode',
    '503 5.5.1 Bad sequence',
    '504 5.5.4 Unrecognized authentication type',
    '530 5.7.0 Must issue a STARTTLS command first',
    '534 5.7.9 Application-specific password required',
    '535 5.7.8 Too many failed logins, try again later',
    '535 5.7.139 SmtpClientAuthentication is disabled for the Tenant',
    '538 5.7.11 Encryption required',
    '550 5.7.30 Basic authentication is not supported',
    '554 5.7.1 Go away',
  ),
];
