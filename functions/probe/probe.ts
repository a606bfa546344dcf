import type { Endpoint } from '../credential/credential.ts';
import type { Network } from '../smtp/network.ts';
import { type Probed, readGreeting, sayEhlo, sayStarttls, withLine } from './dialogue.ts';
import { askInClear } from './enforcement.ts';
import { type Handshake, PINNED_VERSIONS, type PinnedVersion, type ServerFacts } from './facts.ts';
import { offerVersion } from './handshake.ts';
import { Interrupted } from './interrupted.ts';
import type { LineConnection } from './line-connection.ts';
import { auditOptions, sessionFacts } from './tls-session.ts';

type Conversation = Omit<ServerFacts, 'handshakes' | 'interrupted'>;
type Seen = { -readonly [Fact in keyof Conversation]: Conversation[Fact] };
type Handshakes = ServerFacts['handshakes'];

/**
 * Asks an SMTP server what a login does not show. One connection for the dialogue and one for each TLS version
 * that it did not prove already, one after the other, each ended with QUIT. No password comes near it.
 * Never rejects for what a server or network does: see `ServerFacts.interrupted`. `budgetMs` bounds all of it.
 */
export async function probeServer(
  endpoint: Endpoint,
  budgetMs: number,
  network: Network,
): Promise<ServerFacts> {
  const server = { endpoint, network, deadline: performance.now() + budgetMs };
  const seen: Seen = { greeting: null, plaintext: null, session: null, mechanisms: null };
  const interrupted = await observe(server, seen);
  return { ...seen, interrupted, handshakes: await offerVersions(server, seen) };
}

async function observe(server: Probed, seen: Seen): Promise<ServerFacts['interrupted']> {
  try {
    await withLine(server, (line) => converse(line, server.endpoint, seen));
    return null;
  } catch (error) {
    if (error instanceof Interrupted) return { reason: error.reason, code: error.code };
    throw error;
  }
}

/** Writes each fact down as it comes, so that a later failure does not lose the earlier ones. */
async function converse(line: LineConnection, endpoint: Endpoint, seen: Seen): Promise<void> {
  const secure = async () => {
    const socket = await line.secure(auditOptions(endpoint));
    seen.session = sessionFacts(socket, endpoint.host, Date.now());
  };
  if (endpoint.security === 'tls') await secure();
  seen.greeting = await readGreeting(line);
  if (endpoint.security === 'starttls') {
    const ehlo = await sayEhlo(line);
    seen.plaintext = { ...ehlo, auth: null, mail: null };
    seen.plaintext = await askInClear(line, ehlo);
    if (!ehlo.starttls) return;
    await sayStarttls(line);
    await secure();
  }
  seen.mechanisms = (await sayEhlo(line)).mechanisms;
}

async function offerVersions(server: Probed, { session }: Seen): Promise<Handshakes> {
  const results: Record<PinnedVersion, Handshake> = {
    TLSv1: { result: 'unknown', reason: 'not-reached' },
    'TLSv1.1': { result: 'unknown', reason: 'not-reached' },
    'TLSv1.2': { result: 'unknown', reason: 'not-reached' },
  };
  if (!session) return results;
  for (const version of PINNED_VERSIONS) {
    const seen = session.protocol === version;
    results[version] = seen ? { result: 'accepted' } : await offerVersion(server, version);
  }
  return results;
}
