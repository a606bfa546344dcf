import type net from 'node:net';
import { LONGEST_CALL_MS } from '../lifecycle/lease.ts';
import { codeOf } from '../net/http.ts';
import type { Network } from '../net/network.ts';
import { Forbidden } from '../net/network.ts';
import { sendOver } from '../net/send.ts';
import { ProviderError, type ProviderErrorReason } from './provider-error.ts';

const HTTPS_PORT = 443;

export interface Post {
  /** https only. */
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** PEM certificates trusted instead of the public ones. */
  readonly ca?: string | undefined;
}

/**
 * One POST of JSON over verified TLS to an address that the network guard allows; it is not looked up a second time.
 * 2yz is success; 4yz says that nothing was done; anything else, or no answer, may have been either. Redirects are not
 * followed, and nothing of the answer is used but its status. Rejects with a `ProviderError`.
 */
export async function post(request: Post, network: Network, limitMs = LONGEST_CALL_MS): Promise<void> {
  const signal = AbortSignal.timeout(limitMs);
  const socket = await dial(request, network, signal);
  try {
    // The body is not waited for: it ends with the connection.
    const { status } = await send(request, socket, signal).catch((error: unknown) => {
      throw failure('ambiguous', `no answer (${codeOf(error)}); it may have been done`);
    });
    const failed = reasonFor(status);
    if (failed) throw failure(failed, `${status}${failed === 'ambiguous' ? '; it may have been done' : ''}`);
  } finally {
    socket.destroy();
  }
}

/** Until it has connected and verified the certificate, nothing was sent. */
async function dial({ url, ca }: Post, network: Network, signal: AbortSignal): Promise<net.Socket> {
  if (url.protocol !== 'https:') throw new Error(`bug: ${url.protocol} instead of https:`);
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const port = Number(url.port) || HTTPS_PORT;
  try {
    const endpoint = { host, port, security: 'tls', ...(ca && { ca }) } as const;
    return (await network.dial(endpoint, () => {}, signal)).socket;
  } catch (error) {
    if (error instanceof Forbidden) {
      throw failure('refused', `an ${error.code} that the network settings do not allow`);
    }
    throw failure('unavailable', `no verified connection (${codeOf(error)})`);
  }
}

function send({ url, headers, body }: Post, socket: net.Socket, signal: AbortSignal) {
  const typed = { ...headers, 'content-type': 'application/json' };
  return sendOver({ socket })(url, { method: 'POST', headers: typed, body, signal });
}

function reasonFor(status: number): ProviderErrorReason | null {
  if (status >= 200 && status < 300) return null;
  if (status === 401 || status === 403) return 'unauthorized';
  if (status === 429) return 'rate-limited';
  return status >= 400 && status < 500 ? 'refused' : 'ambiguous';
}

function failure(reason: ProviderErrorReason, got: string): ProviderError {
  return new ProviderError(reason, `the webhook was called: expected 2yz, got ${got}`);
}
