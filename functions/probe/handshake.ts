import type { Endpoint } from '../credential/credential.ts';
import { type Probed, readGreeting, sayEhlo, sayStarttls, withLine } from './dialogue.ts';
import type { Handshake, Interruption, PinnedVersion } from './facts.ts';
import { Interrupted } from './interrupted.ts';
import type { LineConnection } from './line-connection.ts';
import { pinnedOptions } from './tls-session.ts';

/** The server's own no: an alert, or an answer in another version than the one offered. */
const REFUSAL = /ALERT|^ERR_SSL_(UNSUPPORTED_PROTOCOL|WRONG_SSL_VERSION|WRONG_VERSION_NUMBER)$/;

/** Offers a single TLS version on a connection of its own. */
export async function offerVersion(server: Probed, version: PinnedVersion): Promise<Handshake> {
  const { endpoint } = server;
  try {
    return await withLine(server, async (line) => {
      if (endpoint.security === 'starttls') {
        await readGreeting(line);
        await sayEhlo(line);
        await sayStarttls(line);
      }
      return await shakeHands(line, endpoint, version);
    });
  } catch (error) {
    if (error instanceof Interrupted) return { result: 'unknown', reason: error.reason };
    throw error;
  }
}

async function shakeHands(
  line: LineConnection,
  endpoint: Endpoint,
  version: PinnedVersion,
): Promise<Handshake> {
  try {
    await line.secure(pinnedOptions(endpoint, version));
  } catch (error) {
    if (error instanceof Interrupted) return refusal(error);
    throw error;
  }
  // A client waits for the greeting before it says QUIT; whatever it is, the handshake has been answered.
  if (endpoint.security === 'tls') await line.reply().catch(() => {});
  return { result: 'accepted' };
}

/** Whether the server said no, or our own TLS library would not even ask. */
export function refusal({ reason, code }: Interruption): Handshake {
  // Schannel and some load balancers hang up instead of sending an alert.
  if (reason === 'closed' || REFUSAL.test(code)) return { result: 'refused' };
  // OpenSSL would not even offer this version, so the server was never asked.
  if (reason === 'tls-failed') return { result: 'unknown', reason: 'local-tls-limit' };
  return { result: 'unknown', reason };
}
