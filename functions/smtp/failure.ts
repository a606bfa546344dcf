import { Forbidden } from '../net/network.ts';
import { isCertificateCode } from '../net/verified-tls.ts';
import type { Failure, Reply } from './evidence.ts';
import type { Transcript } from './transcript.ts';

const TLS_CODE = /^(ERR_SSL_|ERR_TLS_|EPROTO$)/;
/** ECONNECTION and ETLS are nodemailer's words for the same. */
const CLOSED_CODE = /^(ECONNECTION|ECONNRESET|EPIPE|ETLS)$/;
const NETWORK_CODE = /^E(HOSTUNREACH|HOSTDOWN|NETUNREACH|NETDOWN|ACCES|PERM)$/;

interface ErrorLike {
  readonly code?: unknown;
  readonly originalCode?: unknown;
  readonly response?: unknown;
  readonly issuerNamed?: unknown;
}

/**
 * Sorts what nodemailer or Node threw. Node's own code comes first: nodemailer reports each certificate failure as
 * ESOCKET, and keeps the reason in `originalCode`.
 */
export function classifyFailure(
  error: unknown,
  transcript: Pick<Transcript, 'stage' | 'lastReply'>,
): Failure {
  if (error instanceof Forbidden) return { kind: 'forbidden', code: error.code };
  const { code, originalCode, response, issuerNamed }: ErrorLike = error ?? {};
  const reason = text(originalCode) || text(code);
  const { stage, lastReply: reply } = transcript;
  if (isCertificateCode(reason))
    return { kind: 'certificate', code: reason, issuerNamed: issuerNamed === true };
  if (TLS_CODE.test(reason)) return { kind: 'tls', code: reason };
  if (stage === 'dns' || stage === 'connect') return { kind: 'network', code: reason };
  if (reply && isOf(reply, response)) return { kind: 'reply', reply };
  if (reason === 'ETIMEDOUT') return { kind: 'timeout' };
  if (CLOSED_CODE.test(reason)) return { kind: 'closed' };
  return NETWORK_CODE.test(reason) ? { kind: 'network', code: reason } : { kind: 'protocol' };
}

/** nodemailer takes what was cut off by the end of the connection for a reply too; the transcript does not. */
function isOf({ code }: Reply, response: unknown): boolean {
  return text(response).startsWith(String(code));
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
