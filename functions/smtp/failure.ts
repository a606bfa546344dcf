import type { Failure } from './evidence.ts';
import type { Transcript } from './transcript.ts';

/** OpenSSL's verification results as Node names them, and Node's own name mismatch. */
const CERTIFICATE_CODE =
  /^(CERT_|CRL_|ERR_TLS_CERT_|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_|INVALID_(CA|PURPOSE)|PATH_LENGTH_EXCEEDED|HOSTNAME_MISMATCH)/;
const TLS_CODE = /^(ERR_SSL_|ERR_TLS_|EPROTO$)/;
const NETWORK_CODE =
  /^(E[A-Z]*(CONN|HOST|NET|ADDR|PIPE|ACCES|NOTFOUND|AGAIN|DNS)[A-Z]*|EAI_[A-Z]+|E(TIMEDOUT|NODATA|PERM))$/;

interface ErrorLike {
  readonly code?: unknown;
  readonly originalCode?: unknown;
  readonly response?: unknown;
  readonly errors?: unknown;
}

/**
 * Sorts what nodemailer or Node threw. Node's own code comes first: nodemailer reports each certificate failure as
 * ESOCKET, and keeps the reason in `originalCode`.
 */
export function classifyFailure(error: unknown, transcript: Transcript): Failure {
  const { code, originalCode, response } = rootError(error);
  const reason = text(originalCode) || text(code);
  if (CERTIFICATE_CODE.test(reason)) return { kind: 'certificate', code: reason };
  if (TLS_CODE.test(reason)) return { kind: 'tls', code: reason };
  if (typeof response === 'string' && transcript.lastReply)
    return { kind: 'reply', reply: transcript.lastReply };
  if (code === 'ETIMEDOUT' && !originalCode && transcript.stage !== 'connect') return { kind: 'timeout' };
  if (isClosed(reason, transcript)) return { kind: 'closed' };
  return NETWORK_CODE.test(reason) ? { kind: 'network', code: reason } : { kind: 'protocol' };
}

/** With several addresses Node throws an AggregateError; the first attempt's error stands for all. */
function rootError(error: unknown): ErrorLike {
  const outer = (error ?? {}) as ErrorLike;
  const [first] = Array.isArray(outer.errors) ? outer.errors : [];
  return (first as ErrorLike | undefined) ?? outer;
}

/** A connection that was up and then ended; before that it is the network's failure. */
function isClosed(reason: string, { stage }: Transcript): boolean {
  const wasConnected = stage !== 'dns' && stage !== 'connect';
  return wasConnected && /^(ECONNECTION|ECONNRESET|EPIPE|ETLS)$/.test(reason);
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
