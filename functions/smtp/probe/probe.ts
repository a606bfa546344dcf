import { randomBytes } from 'node:crypto';
import type { Endpoint } from '../../net/endpoint.ts';
import type { Network } from '../../net/network.ts';
import { askInClear, codeOf, readGreeting, sayEhlo, sayStarttls } from './dialogue.ts';
import type { NameLookups, ServerFacts } from './facts.ts';
import { Interrupted, type LineConnection, type Probed, withLine } from './line-connection.ts';
import { tryInjection } from './misuse.ts';
import { NO_SURVEY, surveyTls } from './survey.ts';
import { auditOptions, sessionFacts } from './tls-session.ts';

type Conversation = Omit<ServerFacts, 'handshakes' | 'ciphers' | 'dhBits' | 'interrupted' | 'injection'>;
type Seen = { -readonly [Fact in keyof Conversation]: Conversation[Fact] } & { reachedTls: boolean };

/**
 * Asks an SMTP server what a login does not show. One connection for the dialogue, one for an injected command and at
 * most 13 for its TLS versions and cipher suites, one after the other. No password comes near it.
 * Never rejects for what a server or network does: see `ServerFacts.interrupted`. `budgetMs` bounds all of it.
 */
export async function probeServer(
  endpoint: Endpoint,
  budgetMs: number,
  network: Network,
): Promise<ServerFacts> {
  const server = { endpoint, network, deadline: performance.now() + budgetMs };
  const { reachedTls, ...seen } = await observe(server);
  // Where no handshake comes about, one that breaks says nothing of what came along with it.
  const injection = seen.session && endpoint.security === 'starttls' ? await tryInjection(server) : null;
  return {
    ...seen,
    injection,
    ...(reachedTls ? await surveyTls(server, seen.session?.protocol) : NO_SURVEY),
  };
}

async function observe(server: Probed): Promise<Seen & Pick<ServerFacts, 'interrupted'>> {
  const seen: Seen = {
    greeting: null,
    plaintext: null,
    session: null,
    mechanisms: null,
    lookups: { vrfy: null, expn: null },
    reachedTls: false,
  };
  try {
    await withLine(server, (line) => converse(line, server.endpoint, seen));
    return { ...seen, interrupted: null };
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
    return { ...seen, interrupted: { reason: error.reason, code: error.code } };
  }
}

/** Writes each fact down as it comes, so that a later failure does not lose the earlier ones. */
async function converse(line: LineConnection, endpoint: Endpoint, seen: Seen): Promise<void> {
  const secure = async () => {
    seen.reachedTls = true;
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
  seen.lookups = await lookUp(line);
}

/** RFC 5321 section 3.5, for a name that nobody has. */
async function lookUp(line: LineConnection): Promise<NameLookups> {
  const name = `keyturn-${randomBytes(6).toString('hex')}`;
  return { vrfy: await codeOf(line, `VRFY ${name}`), expn: await codeOf(line, `EXPN ${name}`) };
}
