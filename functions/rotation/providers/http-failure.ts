import { ProviderError } from './provider-error.ts';

export interface Request {
  readonly provider: string;
  readonly method: string;
}

/** Node's codes for a connection that never came to be: nothing can have been done. */
const NOT_CONNECTED: ReadonlySet<unknown> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** No answer, or half of one. */
export function failureOf(request: Request, error: unknown): ProviderError {
  const code = codeOf(error);
  const unsent = NOT_CONNECTED.has(code);
  const reason = unsent || isRead(request) ? 'unavailable' : 'ambiguous';
  return new ProviderError(reason, say(request, `no whole answer (${code})${unsent ? '' : doubt(request)}`));
}

/** A status 2xx with a body that is not as documented: for a mint, the new credential's secret is lost. */
export function lostAnswer(request: Request, status: number): ProviderError {
  const reason = isRead(request) ? 'protocol' : 'ambiguous';
  return new ProviderError(
    reason,
    say(request, `an answer ${status} that is not as documented${doubt(request)}`),
    {
      status,
    },
  );
}

/** `now` in milliseconds since 1970. */
export function statusError(request: Request, status: number, headers: Headers, now: number): ProviderError {
  if (status === 401 || status === 403)
    return new ProviderError('unauthorized', say(request, `${status}: ${UNAUTHORIZED}`), { status });
  if (status === 429) {
    const seconds = retryAfter(headers, now);
    const message = say(
      request,
      `429, asked too often${seconds === undefined ? '' : `; again in ${seconds} s`}`,
    );
    return new ProviderError('rate-limited', message, {
      status,
      ...(seconds !== undefined && { retryAfterSeconds: seconds }),
    });
  }
  if (status >= 400 && status < 500)
    return new ProviderError('refused', say(request, String(status)), { status });
  if (status < 400) return lostAnswer(request, status);
  const reason = isRead(request) ? 'unavailable' : 'ambiguous';
  return new ProviderError(reason, say(request, `${status}${doubt(request)}`), { status });
}

const UNAUTHORIZED = "the administrator's key is wrong, or may not do this; see the secret in adminSecretId";

/** Retry-After in seconds or as a date (RFC 9110 section 10.2.3); SendGrid says X-RateLimit-Reset, in seconds since 1970. */
function retryAfter(headers: Headers, now: number): number | undefined {
  const after = headers.get('retry-after');
  if (after !== null && /^\d+$/.test(after)) return Number(after);
  const at = after === null ? Number(headers.get('x-ratelimit-reset') ?? Number.NaN) * 1000 : httpDate(after);
  return Number.isNaN(at) ? undefined : Math.max(0, Math.ceil((at - now) / 1000));
}

/** `Date.parse` alone reads a date in almost anything, such as `3.5`. */
function httpDate(text: string): number {
  return text.endsWith(' GMT') ? Date.parse(text) : Number.NaN;
}

function isRead({ method }: Request): boolean {
  return method === 'GET';
}

function doubt(request: Request): string {
  return isRead(request) ? '' : '; it may have been carried out';
}

function say({ provider, method }: Request, got: string): string {
  return `${provider} was asked to ${method}: expected success, got ${got}`;
}

/** A word of Node's, never the text of the error, which may repeat a header. */
function codeOf(error: unknown): string {
  const { name, cause } = error instanceof Error ? error : {};
  const code = cause instanceof Error ? Reflect.get(cause, 'code') : undefined;
  return typeof code === 'string' && /^[A-Z_]+$/.test(code) ? code : (name ?? 'Error');
}
