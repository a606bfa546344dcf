import { type Endpoint, usualSecurity } from '../../net/endpoint.ts';
import type { BrokenStage } from '../evidence.ts';
import { awsPage, microsoftPage, rfc } from '../reference.ts';
import { bad, later, unknown, type VerdictEntry } from './entry.ts';
import type { TlsVerdict } from './tls.ts';

// Stryker disable StringLiteral: advice is for people, and the public names are held by their types.

/** How long a client waits for each answer, and that no server just closes. */
const NO_ANSWER = rfc(5321, '4.5.3.2');
const CLOSING = rfc(5321, '3.8');

/** Why there was no access token to log in with. */
const TOKEN_FAILURES = {
  'client-secret-rejected': bad(
    'Microsoft Entra refused the client secret: it is wrong, was removed or has expired. Rotate the secret, or store the value (not the id) of a client secret that works.',
    rfc(6749, '5.2'),
  ),
  'token-refused': unknown(
    'Microsoft Entra gave no access token, for another reason than the client secret. Check `tenantId` and `clientId`, that the application is enabled, and the conditional access policies of the tenant.',
    microsoftPage('Microsoft Entra error codes', 'entra/identity-platform/reference-error-codes'),
  ),
  'token-unavailable': later(
    60,
    'Microsoft Entra could not be asked for an access token. Check the way of the function to login.microsoftonline.com, and try again.',
  ),
} satisfies Record<string, VerdictEntry>;

export type TokenFailure = keyof typeof TOKEN_FAILURES;

/** How the connection ended without an answer, why nothing was dialled, or an answer not taken at its word. */
export const CONNECTION_VERDICTS = {
  'dns-not-found': unknown('There is no such host in the DNS. Correct `host`.', rfc(2308, '1')),
  'dns-failed': later(
    60,
    'The name of the host could not be looked up now. Check the DNS of the function.',
    rfc(2308, '1'),
  ),
  refused: later(
    60,
    'Nobody listens on this port. Check `host` and `port`, and that the server is running.',
    rfc(9293, '3.10.7'),
  ),
  unreachable: later(
    60,
    'There is no way to the server. Check `host`, and the routes and security groups of the function.',
    rfc(1122, '3.2.2.1'),
  ),
  'egress-blocked': unknown(
    'Port 25 does not answer, and AWS blocks it for Lambda. Use port 587 or 465 of the server.',
    awsPage('Amazon EC2: traffic on port 25', 'AWSEC2/latest/UserGuide/ec2-resource-limits.html'),
  ),
  'timeout:dns': later(60, 'The DNS did not answer in time. Check the DNS of the function.', rfc(1035, '7')),
  'timeout:connect': later(
    60,
    'The server did not take the connection in time. Check `port`, and the firewalls and security groups on the way.',
    rfc(9293, '3.8.3'),
  ),
  'timeout:tls': later(
    60,
    'The server did not complete the TLS handshake in time. Check `port` and `security`.',
    NO_ANSWER,
  ),
  'timeout:greeting': later(
    60,
    'The server took the connection but sent no greeting in time. If it is port 465 with `security: starttls`, use `tls`.',
    NO_ANSWER,
  ),
  'timeout:ehlo': later(60, 'The server did not answer EHLO in time. It may be overloaded.', NO_ANSWER),
  'timeout:starttls': later(
    60,
    'The server did not answer STARTTLS in time. It may be overloaded.',
    NO_ANSWER,
  ),
  'timeout:auth': later(
    60,
    'The server did not answer the login in time. It may be overloaded, or slow down logins on purpose.',
    NO_ANSWER,
  ),
  'closed:dns': later(60, 'The connection ended before it began. Try again.', CLOSING),
  'closed:connect': later(
    60,
    'The connection ended before it was made. Check the firewalls on the way.',
    CLOSING,
  ),
  'closed:tls': later(
    60,
    'The server closed the connection during the TLS handshake. Check `port` and `security`, and the TLS settings of the server.',
    CLOSING,
  ),
  'closed:greeting': later(
    60,
    'The server closed the connection instead of greeting. It may block this client, or have too many.',
    CLOSING,
  ),
  'closed:ehlo': later(60, 'The server closed the connection after EHLO. It may block this client.', CLOSING),
  'closed:starttls': later(
    60,
    'The server closed the connection after STARTTLS. Check its TLS settings.',
    CLOSING,
  ),
  'closed:auth': later(
    60,
    'The server closed the connection in the middle of the login, without saying what it thinks of it. Try once more.',
    CLOSING,
  ),
  'malformed-secret': unknown('The secret is not a valid Keyturn credential. Correct the named field.'),
  'no-login-yet': unknown('The secret has no user name and password yet. Its first rotation will make them.'),
  ...TOKEN_FAILURES,
  'held-back': later(
    900,
    'Too many logins failed lately, so none was tried: another failure could lock the account, or have the host ban us. Fix the secret and wait.',
  ),
  'rejected-unconfirmed': later(
    900,
    'The server refused this login, which worked before, and there was no room to confirm that with a second one. Try again later.',
  ),
  'port-not-allowed': unknown(
    'Keyturn does not dial this port. Use 465, 587, 2465 or 2587, or allow the port in the configuration.',
  ),
  'address-not-allowed': unknown(
    'The host leads to a private, loopback or link-local address, which Keyturn does not dial. Correct `host`, or allow that network in the configuration.',
  ),
} satisfies Record<string, VerdictEntry>;
// Stryker restore StringLiteral

type ConnectionVerdict = keyof typeof CONNECTION_VERDICTS;

type Where = Pick<Endpoint, 'port' | 'security'>;

/** AWS blocks it for Lambda, so a timeout there is no fault of the server. */
const BLOCKED_PORT = 25;
/** c-ares' and getaddrinfo's words for: the DNS answered, and there is no such name or no address for it. */
const NO_SUCH_NAME: readonly string[] = [
  'ENOTFOUND',
  'ENODATA',
  'EBADNAME',
  'EAI_NONAME',
  'EAI_NODATA',
  'EAI_ADDRFAMILY',
];
const TIMED_OUT: readonly string[] = ['ETIMEDOUT', 'ETIMEOUT'];

export function timeoutVerdict(
  stage: BrokenStage,
  { port, security }: Where,
): ConnectionVerdict | TlsVerdict {
  if (stage === 'connect' && port === BLOCKED_PORT) return 'egress-blocked';
  // Both sides wait for the other: a TLS server speaks only after the client has.
  const bothWait = stage === 'greeting' && security === 'starttls' && usualSecurity(port) === 'tls';
  return bothWait ? 'tls-mode-mismatch:tls-expected' : `timeout:${stage}`;
}

/** `code`: Node's, of a look-up that failed or of a socket. */
export function networkVerdict(
  code: string,
  stage: BrokenStage,
  where: Where,
): ConnectionVerdict | TlsVerdict {
  if (TIMED_OUT.includes(code)) return timeoutVerdict(stage, where);
  if (stage === 'dns') return NO_SUCH_NAME.includes(code) ? 'dns-not-found' : 'dns-failed';
  return code === 'ECONNREFUSED' ? 'refused' : 'unreachable';
}
