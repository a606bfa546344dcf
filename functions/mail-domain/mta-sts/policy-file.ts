import type net from 'node:net';
import type { Endpoint } from '../../net/endpoint.ts';
import type { LookupFailure } from '../../net/gathered.ts';
import { type Answer, codeOf, exchange } from '../../net/http.ts';
import type { Network } from '../../net/network.ts';
import { Forbidden } from '../../net/network.ts';
import { sendOver } from '../../net/send.ts';
import { isCertificateCode } from '../../net/verified-tls.ts';

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
  | {
      readonly kind: 'unreached';
      readonly reason: 'not-allowed' | 'unreachable' | LookupFailure;
      readonly code: string;
    };

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
  const url = `https://${host}/.well-known/mta-sts.txt`;
  const request = { headers: { accept: 'text/plain' } };
  const answer = await exchange(sendOver({ socket }), url, request, { signal, mostBytes: LIMIT_OCTETS });
  if (answer.kind !== 'answered') return unread(answer);
  const { status, headers, body } = answer;
  return { kind: 'answered', status, type: headers.get('content-type') ?? '', body: body.toString() };
}

function unread({ reason, code }: Exclude<Answer, { kind: 'answered' }>): PolicyAnswer {
  switch (reason) {
    case 'too-large':
      return { kind: 'broken', detail: 'the policy is longer than 64 KiB' };
    case 'unreadable':
      return { kind: 'broken', detail: `the answer is not HTTP (${code})` };
    case 'too-late':
      return { kind: 'unreached', reason: 'timeout', code };
    default:
      return { kind: 'unreached', reason: 'unreachable', code };
  }
}

function failure(error: unknown): PolicyAnswer {
  if (error instanceof Forbidden) return { kind: 'unreached', reason: 'not-allowed', code: error.code };
  const code = codeOf(error);
  if (isCertificateCode(code)) return { kind: 'untrusted', code };
  const timedOut = /Timeout|Abort|ETIMEDOUT/.test(code);
  return { kind: 'unreached', reason: timedOut ? 'timeout' : 'unreachable', code };
}
