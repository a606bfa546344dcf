import type { Answer, Received } from '../net/http.ts';
import { ProviderError } from './provider-error.ts';

export interface Request {
  readonly provider: string;
  readonly method: string;
}

type Unanswered = Extract<Answer, { kind: 'unanswered' }>;
type AnswerHeaders = Received['headers'];
type Cut = Extract<Answer, { kind: 'cut' }>;

export function noAnswer(request: Request, { reason: why, code }: Unanswered): ProviderError {
  const unsent = why === 'not-connected';
  const reason =
    !unsent && !isRead(request) ? 'ambiguous' : why === 'unreadable' ? 'protocol' : 'unavailable';
  return new ProviderError(reason, say(request, `no answer (${code})${unsent ? '' : doubt(request)}`));
}

/** A status 2xx with a part of its body: for a mint, the new credential's secret is lost. */
export function cutAnswer(request: Request, { reason: why, code, status }: Cut): ProviderError {
  const passing = why === 'broken-off' || why === 'too-late';
  const reason = !isRead(request) ? 'ambiguous' : passing ? 'unavailable' : 'protocol';
  const got = `an answer ${status} that was not read to its end (${why}, ${code})${doubt(request)}`;
  return new ProviderError(reason, say(request, got), { status });
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
export function statusError(
  request: Request,
  status: number,
  headers: AnswerHeaders,
  now: number,
): ProviderError {
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
function retryAfter(headers: AnswerHeaders, now: number): number | undefined {
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
