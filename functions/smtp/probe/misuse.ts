import type { Endpoint } from '../../net/endpoint.ts';
import type { Network } from '../../net/network.ts';
import { codeOf, readGreeting, sayEhlo, upgrade } from './dialogue.ts';
import type { Injection, InterruptionReason } from './facts.ts';
import { Interrupted, type LineConnection, type Probed, withLine } from './line-connection.ts';
import { auditOptions } from './tls-session.ts';

const READY = 220;
const CLOSING = 221;
const SHUTTING_DOWN = 421;
/** What was to be a command went into the handshake and broke it. */
const BROKEN: readonly InterruptionReason[] = ['closed', 'tls-failed', 'protocol-error'];

/**
 * Sends NOOP together with STARTTLS, as somebody on the path would. A sound server throws it away with all that came in
 * clear (RFC 3207 section 4.2); one that keeps it answers it under TLS, ahead of our QUIT. No time is waited for.
 */
export async function tryInjection(server: Probed): Promise<Injection> {
  try {
    return await withLine(server, (line) => inject(line, server.endpoint));
  } catch (error) {
    if (error instanceof Interrupted) return { result: 'unknown', reason: error.reason };
    throw error;
  }
}

async function inject(line: LineConnection, endpoint: Endpoint): Promise<Injection> {
  await readGreeting(line);
  await sayEhlo(line);
  const answer = await codeOf(line, 'STARTTLS\r\nNOOP');
  // Exim calls it a synchronization error, and refuses.
  if (answer >= 500) return { result: 'refused' };
  if (answer !== READY) throw new Interrupted('throttled', String(answer));
  try {
    await line.secure(auditOptions(endpoint));
    return { result: (await isAnsweredTwice(line)) ? 'executed' : 'discarded' };
  } catch (error) {
    if (error instanceof Interrupted && BROKEN.includes(error.reason)) return { result: 'refused' };
    throw error;
  }
}

/** QUIT is all that is said under TLS. A second reply is one to NOOP, be it 250, or 503 from a server that wants EHLO first. */
async function isAnsweredTwice(line: LineConnection): Promise<boolean> {
  const first = await codeOf(line, 'QUIT');
  if (first === SHUTTING_DOWN) throw new Interrupted('throttled', String(first));
  if (first === CLOSING) return false;
  try {
    await line.reply();
    return true;
  } catch (error) {
    if (error instanceof Interrupted && error.reason === 'closed') return false;
    throw error;
  }
}

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
