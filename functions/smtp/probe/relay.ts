import type { Endpoint } from '../../net/endpoint.ts';
import type { Network } from '../../net/network.ts';
import { codeOf, readGreeting, sayEhlo, upgrade, withLine } from './dialogue.ts';
import type { InterruptionReason } from './facts.ts';
import { Interrupted } from './interrupted.ts';
import { auditOptions } from './tls-session.ts';

const OK = 250;

/** The reply to RCPT, of a client that has not logged in, for a recipient at another host; MAIL's where it came to no RCPT. */
export type Relay =
  | { readonly result: 'answered'; readonly command: 'MAIL' | 'RCPT'; readonly code: number }
  | { readonly result: 'unknown'; readonly reason: InterruptionReason };

/**
 * Whether a server would relay for a stranger. Never says DATA, and takes back what was accepted. `recipient`: an address
 * of the owner of the server, at a host that the server does not serve. `budgetMs` bounds all of it.
 */
export async function tryRelay(
  endpoint: Endpoint,
  recipient: string,
  budgetMs: number,
  network: Network,
): Promise<Relay> {
  const server = { endpoint, network, deadline: performance.now() + budgetMs };
  try {
    return await withLine(server, async (line) => {
      if (endpoint.security === 'starttls') await upgrade(line);
      await line.secure(auditOptions(endpoint));
      if (endpoint.security === 'tls') await readGreeting(line);
      await sayEhlo(line);
      const mail = await codeOf(line, `MAIL FROM:<${recipient}>`);
      if (mail !== OK) return { result: 'answered', command: 'MAIL', code: mail };
      const code = await codeOf(line, `RCPT TO:<${recipient}>`);
      await codeOf(line, 'RSET');
      return { result: 'answered', command: 'RCPT', code };
    });
  } catch (error) {
    if (error instanceof Interrupted) return { result: 'unknown', reason: error.reason };
    throw error;
  }
}
