import type { Endpoint } from '../net/endpoint.ts';
import type { BrokenStage, Verdict } from './verdicts.ts';

type Where = Pick<Endpoint, 'port' | 'security'>;

/** AWS blocks it for Lambda, so a timeout there is no fault of the server. */
const BLOCKED_PORT = 25;
const IMPLICIT_TLS_PORTS: readonly number[] = [465, 2465];
/** c-ares' and getaddrinfo's words for: the DNS answered, and there is no such name or no address for it. */
const NO_SUCH_NAME: readonly string[] = [
  'ENOTFOUND',
  'ENODATA',
  'EBADNAME',
  'EAI_NONAME',
  'EAI_NODATA',
  'EAI_ADDRFAMILY',
];
const TIMED_OUT: readonly string[] = ['ETIMEDOUT', 'ETIMEOUT'];

export function timeoutVerdict(stage: BrokenStage, { port, security }: Where): Verdict {
  if (stage === 'connect' && port === BLOCKED_PORT) return 'egress-blocked';
  // Both sides wait for the other: a TLS server speaks only after the client has.
  const bothWait = stage === 'greeting' && security === 'starttls' && IMPLICIT_TLS_PORTS.includes(port);
  return bothWait ? 'tls-mode-mismatch:tls-expected' : `timeout:${stage}`;
}

/** `code`: Node's, of a look-up that failed or of a socket. */
export function networkVerdict(code: string, stage: BrokenStage, where: Where): Verdict {
  if (TIMED_OUT.includes(code)) return timeoutVerdict(stage, where);
  if (stage === 'dns') return NO_SUCH_NAME.includes(code) ? 'dns-not-found' : 'dns-failed';
  return code === 'ECONNREFUSED' ? 'refused' : 'unreachable';
}
