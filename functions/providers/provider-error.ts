import { KeyturnError } from '../observe/shown.ts';
/**
 * - `refused`: the provider will not do it; nothing was changed.
 * - `unauthorized`: it does not accept the administrator's key, or the key may not do this; nothing was changed.
 * - `rate-limited`: asked too often; nothing was changed. `retryAfterSeconds` says when, if the provider does.
 * - `endpoint-changed`: the credential's secret names another place for a password than the administrator's; nothing was sent.
 * - `unavailable`: not reached, or a fault of its own, on a request that changes nothing.
 * - `ambiguous`: the request may have been carried out, and the answer is lost: look before doing it again.
 * - `protocol`: an answer that its documentation does not know, to a request that changes nothing.
 */
export type ProviderErrorReason =
  | 'refused'
  | 'unauthorized'
  | 'rate-limited'
  | 'endpoint-changed'
  | 'unavailable'
  | 'ambiguous'
  | 'protocol';

interface ProviderErrorDetails {
  readonly status?: number;
  readonly retryAfterSeconds?: number;
}

/** What a provider's API answered instead of doing as asked. The message holds nothing that was sent or received. */
export class ProviderError extends KeyturnError {
  override readonly name = 'ProviderError';
  readonly reason: ProviderErrorReason;
  /** The HTTP status, when there was an answer. */
  readonly status: number | null;
  readonly retryAfterSeconds: number | null;

  constructor(reason: ProviderErrorReason, message: string, details: ProviderErrorDetails = {}) {
    super(message);
    this.reason = reason;
    this.status = details.status ?? null;
    this.retryAfterSeconds = details.retryAfterSeconds ?? null;
  }
}

/** Whether what was to be removed is not there: to remove it again is success. */
export function isGone(error: unknown): boolean {
  return error instanceof ProviderError && error.status === 404;
}
