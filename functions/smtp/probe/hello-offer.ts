import { randomBytes } from 'node:crypto';
import { encodeClientHello } from './client-hello.ts';
import { type Probed, upgrade, withLine } from './dialogue.ts';
import type { Handshake, TlsVersion } from './facts.ts';
import { Interrupted } from './interrupted.ts';
import type { LineConnection } from './line-connection.ts';
import { type HelloAnswer, readServerHello } from './server-hello.ts';

export interface Offer {
  readonly version: TlsVersion;
  readonly suites: readonly number[];
  /** Also read the size of a DHE prime, which comes after the certificate. */
  readonly prime?: boolean;
}

/** What an offer came to: the server's answer, or why there was none. */
export type Offered =
  | Extract<HelloAnswer, { kind: 'hello' }>
  /** `hungUp`: without a word, as also a server does that has had enough of us. */
  | { readonly kind: 'refused'; readonly hungUp: boolean }
  | { readonly kind: 'unknown'; readonly reason: Extract<Handshake, { result: 'unknown' }>['reason'] };

/** Sends one ClientHello on a connection of its own, reads the answer and hangs up; no handshake is ever finished. */
export async function offerHello(server: Probed, offer: Offer): Promise<Offered> {
  try {
    return await withLine(server, async (line) => {
      if (server.endpoint.security === 'starttls') await upgrade(line);
      return await sayHello(line, server.endpoint.host, offer);
    });
  } catch (error) {
    if (error instanceof Interrupted) return { kind: 'unknown', reason: error.reason };
    throw error;
  }
}

async function sayHello(line: LineConnection, host: string, offer: Offer): Promise<Offered> {
  const { version, suites, prime = false } = offer;
  const hello = encodeClientHello({ version, suites, host, random: randomBytes(32) });
  try {
    const answer = await line.exchange(hello, (received) => readServerHello(received, { prime }));
    if (answer.kind === 'garbled') return { kind: 'unknown', reason: 'protocol-error' };
    if (answer.kind === 'alert') return { kind: 'refused', hungUp: false };
    // A suite that was not offered is no answer to this hello.
    return suites.includes(answer.suite) ? answer : { kind: 'unknown', reason: 'protocol-error' };
  } catch (error) {
    // Schannel and some load balancers hang up instead of sending an alert.
    if (error instanceof Interrupted && error.reason === 'closed') return { kind: 'refused', hungUp: true };
    throw error;
  }
}
