import { Forbidden } from '../../net/network.ts';
import type { Interruption, InterruptionReason } from './facts.ts';

const REASONS: readonly (readonly [RegExp, InterruptionReason])[] = [
  [/^(ERR_SSL_|ERR_TLS_|ERR_OSSL_|ERR_CRYPTO_|EPROTO)/, 'tls-failed'],
  [/^ETIMEDOUT$/, 'timeout'],
  [/^(ECONNRESET|EPIPE|ERR_STREAM_)/, 'closed'],
];

/** Ends a probe from inside; `probeServer` turns it into facts, nobody else sees it. */
export class Interrupted extends Error implements Interruption {
  override readonly name = 'Interrupted';
  readonly reason: InterruptionReason;
  readonly code: string;

  constructor(reason: InterruptionReason, code: string) {
    super(`${reason}: ${code}`);
    this.reason = reason;
    this.code = code;
  }
}

/** Node's errors by their `code`; what has none is a bug and stays one. */
export function interruptedBy(error: unknown): unknown {
  if (error instanceof Interrupted || !(error instanceof Error) || !('code' in error)) return error;
  if (error instanceof Forbidden) return new Interrupted('not-allowed', error.code);
  const code = String(error.code);
  const reason = REASONS.find(([pattern]) => pattern.test(code))?.[1] ?? 'unreachable';
  return new Interrupted(reason, code);
}
