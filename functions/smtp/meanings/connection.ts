import type { ConnectionVerdict } from '../verdicts.ts';
import { after, type Meaning, unknown } from './meaning.ts';

const later = (advice: string): Meaning => unknown(advice, after(60));

export const CONNECTION_MEANINGS: Readonly<Record<ConnectionVerdict, Meaning>> = {
  'dns-not-found': unknown('There is no such host in the DNS. Correct `host`.'),
  'dns-failed': later('The name of the host could not be looked up now. Check the DNS of the function.'),
  refused: later('Nobody listens on this port. Check `host` and `port`, and that the server is running.'),
  unreachable: later(
    'There is no way to the server. Check `host`, and the routes and security groups of the function.',
  ),
  'egress-blocked': unknown(
    'Port 25 does not answer, and AWS blocks it for Lambda. Use port 587 or 465 of the server.',
  ),
  'timeout:dns': later('The DNS did not answer in time. Check the DNS of the function.'),
  'timeout:connect': later(
    'The server did not take the connection in time. Check `port`, and the firewalls and security groups on the way.',
  ),
  'timeout:tls': later('The server did not complete the TLS handshake in time. Check `port` and `security`.'),
  'timeout:greeting': later(
    'The server took the connection but sent no greeting in time. If it is port 465 with `security: starttls`, use `tls`.',
  ),
  'timeout:ehlo': later('The server did not answer EHLO in time. It may be overloaded.'),
  'timeout:starttls': later('The server did not answer STARTTLS in time. It may be overloaded.'),
  'timeout:auth': later(
    'The server did not answer the login in time. It may be overloaded, or slow down logins on purpose.',
  ),
  'closed:dns': later('The connection ended before it began. Try again.'),
  'closed:connect': later('The connection ended before it was made. Check the firewalls on the way.'),
  'closed:tls': later(
    'The server closed the connection during the TLS handshake. Check `port` and `security`, and the TLS settings of the server.',
  ),
  'closed:greeting': later(
    'The server closed the connection instead of greeting. It may block this client, or have too many.',
  ),
  'closed:ehlo': later('The server closed the connection after EHLO. It may block this client.'),
  'closed:starttls': later('The server closed the connection after STARTTLS. Check its TLS settings.'),
  'closed:auth': later(
    'The server closed the connection in the middle of the login, without saying what it thinks of it. Try once more.',
  ),
};
