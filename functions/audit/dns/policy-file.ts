import { once } from 'node:events';
import http, { type IncomingMessage } from 'node:http';
import type net from 'node:net';
import type { Endpoint } from '../../credential/credential.ts';
import { Forbidden } from '../../smtp/network/forbidden.ts';
import type { Network } from '../../smtp/network.ts';
import { isCertificateCode } from '../../smtp/tls-verdict.ts';
import type { UnknownReason } from '../outcome.ts';

const LIMIT_MS = 8000;
/** RFC 8461 section 3.3 suggests 64 KiB. */
const LIMIT_OCTETS = 64 * 1024;

/** What came of asking for an MTA-STS policy. */
export type PolicyAnswer =
  | { readonly kind: 'answered'; readonly status: number; readonly type: string; readonly body: string }
  | { readonly kind: 'untrusted'; readonly code: string }
  /** The policy host is not in the DNS. */
  | { readonly kind: 'absent' }
  /** What came over a valid certificate is no policy. */
  | { readonly kind: 'broken'; readonly detail: string }
  | { readonly kind: 'unreached'; readonly reason: UnknownReason; readonly code: string };

/** Asks `https://mta-sts.<domain>/.well-known/mta-sts.txt`, whose host is in the DNS. Never rejects. */
export type FetchPolicy = (domain: string) => Promise<PolicyAnswer>;

/**
 * One GET over verified TLS to an address that the guard of `network` allows, on port 443 or `server`: a domain must not lead the
 * audit to somebody's inner servers. Redirects are not followed (RFC 8461 section 3.3).
 */
export function policyOver(
  network: Network,
  server: Pick<Endpoint, 'port' | 'ca'> = { port: 443 },
  limitMs = LIMIT_MS,
): FetchPolicy {
  return async (domain) => {
    const host = `mta-sts.${domain}`;
    const signal = AbortSignal.timeout(limitMs);
    try {
      const { socket } = await network.dial({ ...server, host, security: 'tls' }, () => {}, signal);
      return await get(host, socket, signal).finally(() => socket.destroy());
    } catch (error) {
      // Whatever the socket then says.
      if (signal.aborted) return { kind: 'unreached', reason: 'timeout', code: 'TimeoutError' };
      return failure(error);
    }
  };
}

async function get(host: string, socket: net.Socket, signal: AbortSignal): Promise<PolicyAnswer> {
  const request = http.request({
    host,
    path: '/.well-known/mta-sts.txt',
    headers: { host, connection: 'close', accept: 'text/plain' },
    createConnection: () => socket,
    signal,
  });
  request.end();
  const [response]: IncomingMessage[] = await once(request, 'response', { signal });
  if (!response) return { kind: 'broken', detail: 'no HTTP response' };
  const chunks: Buffer[] = [];
  let octets = 0;
  for await (const chunk of response) {
    octets += chunk.length;
    if (octets > LIMIT_OCTETS) return { kind: 'broken', detail: 'the policy is longer than 64 KiB' };
    chunks.push(chunk);
  }
  const type = response.headers['content-type'] ?? '';
  return { kind: 'answered', status: response.statusCode ?? 0, type, body: Buffer.concat(chunks).toString() };
}

function failure(error: unknown): PolicyAnswer {
  if (error instanceof Forbidden) return { kind: 'unreached', reason: 'not-allowed', code: error.code };
  const code = codeOf(error);
  if (isCertificateCode(code)) return { kind: 'untrusted', code };
  if (code.startsWith('HPE_')) return { kind: 'broken', detail: `the answer is not HTTP (${code})` };
  const timedOut = /Timeout|Abort|ETIMEDOUT/.test(code);
  return { kind: 'unreached', reason: timedOut ? 'timeout' : 'unreachable', code };
}

function codeOf(error: unknown): string {
  const code: unknown = error instanceof Error ? Reflect.get(error, 'code') : undefined;
  return typeof code === 'string' ? code : error instanceof Error ? error.name : 'Error';
}
