import { codeOf, type EhloFacts } from './dialogue.ts';
import type { PlaintextFacts } from './facts.ts';
import type { LineConnection } from './line-connection.ts';

/** Mechanisms that hand over the secret or a bearer token as it is. */
export const CLEARTEXT: readonly string[] = ['PLAIN', 'LOGIN', 'XOAUTH2', 'OAUTHBEARER'];
const CONTINUE = 334;
const OK = 250;

/**
 * Asks, before TLS, whether the server would take a login or a mail in clear. Nothing secret is said:
 * AUTH carries no initial response and is cancelled with `*` (RFC 4954 section 4), MAIL is followed by RSET.
 */
export async function askInClear(line: LineConnection, ehlo: EhloFacts): Promise<PlaintextFacts> {
  // A server would refuse what it does not offer, whatever it thinks of clear text.
  const mechanism = CLEARTEXT.find((name) => ehlo.mechanisms.includes(name)) ?? 'PLAIN';
  const auth = await codeOf(line, `AUTH ${mechanism}`);
  if (auth === CONTINUE) await codeOf(line, '*');
  const mail = await codeOf(line, 'MAIL FROM:<>');
  if (mail === OK) await codeOf(line, 'RSET');
  return { ...ehlo, auth, mail };
}
