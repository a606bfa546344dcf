import pRetry from 'p-retry';
import * as v from 'valibot';
import { type Answer, endsIn, exchange, jsonOf, type Received, type Send } from '../net/http.ts';
import type { Redacted } from '../secrets/redacted.ts';
import { LONGEST_CALL_MS, ProviderError, type ProviderErrorReason } from './provider.ts';

const TRIES = 3;
/** The longest answers are lists: a hundred keys take 20 KiB, an application of Microsoft Entra a few times that. */
const MOST_BYTES = 1024 * 1024;
/** RFC 9110 section 5.5, without the obsolete part. */
const HEADER_VALUE = /^[ -~]+$/;

/** A key's public id. It is shown and stored, so it is no text that a provider could say something else in. */
export const keyId = v.pipe(v.string(), v.regex(/^[\w-]{1,64}$/));

/** What HTTP calls need of the world. */
export interface HttpDeps {
  readonly fetch: Send;
  readonly sleep: (ms: number) => Promise<void>;
  readonly now: () => number;
  /** Instead of 12 seconds for a call, its waits included. */
  readonly longestCallMs?: number;
}

export interface HttpApiOptions {
  /** The provider's name, for messages. */
  readonly provider: string;
  readonly baseUrl: string;
  /** The value of the Authorization header. */
  readonly authorization: () => Promise<Redacted>;
}

export interface ApiCall<T> {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Segments, encoded here: no id can lead to another resource, and none can be empty. */
  readonly path: readonly string[];
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: FormData | Readonly<Record<string, unknown>>;
  /** What the body of the answer must be, as JSON. */
  readonly answer: v.GenericSchema<unknown, T>;
  /** Instead of a deadline of its own, for one of several calls that together must be over in time. */
  readonly deadline?: Deadline;
}

/** Until when a call, or a series of them, must be over, its waits included. */
export interface Deadline {
  readonly remainingMs: () => number;
}

/** For answers of which nothing is used. */
export const ANY_ANSWER = v.unknown();

/**
 * The HTTP API of one provider. Rejects with a `ProviderError`. Waits and tries again where that is safe: after 429,
 * which means that nothing was done, and after a failed GET. Redirects are not followed: they would get the key.
 */
export class HttpApi {
  readonly #options: HttpApiOptions;
  readonly #deps: HttpDeps;
  #authorization: Promise<Redacted> | undefined;

  constructor(options: HttpApiOptions, deps: HttpDeps) {
    this.#options = options;
    this.#deps = deps;
  }

  /** From now on. */
  deadline(): Deadline {
    const endsAt = this.#deps.now() + (this.#deps.longestCallMs ?? LONGEST_CALL_MS);
    return { remainingMs: () => endsAt - this.#deps.now() };
  }

  call<T>(call: ApiCall<T>): Promise<T> {
    const { remainingMs } = call.deadline ?? this.deadline();
    return pRetry(() => this.#try(call, remainingMs), {
      retries: TRIES - 1,
      // Here it is the provider that says how long.
      minTimeout: 0,
      shouldRetry: async ({ error, attemptNumber }) => {
        const waitMs = error instanceof ProviderError ? waitBeforeNext(error, attemptNumber) : null;
        if (waitMs === null || waitMs >= remainingMs()) return false;
        await this.#deps.sleep(waitMs);
        return true;
      },
    });
  }

  async #try<T>(call: ApiCall<T>, remainingMs: Deadline['remainingMs']): Promise<T> {
    const request = requestOf(call, this.#options.baseUrl, await this.#authorize());
    const about = { provider: this.#options.provider, method: call.method };
    const limits = { signal: endsIn(remainingMs()), mostBytes: MOST_BYTES };
    const answer = await exchange(this.#deps.fetch, request, {}, limits);
    if (answer.kind === 'unanswered') throw noAnswer(about, answer);
    const { status, headers } = answer;
    if (status < 200 || status > 299) throw statusError(about, status, headers, this.#deps.now());
    if (answer.kind === 'cut') throw cutAnswer(about, answer);
    const parsed = v.safeParse(call.answer, jsonOf(answer.body));
    if (!parsed.success) throw lostAnswer(about, status);
    return parsed.output;
  }

  /** Once for all calls: it is read from another secret. `Request` would repeat a value that it cannot take. */
  async #authorize(): Promise<Redacted> {
    this.#authorization ??= this.#options.authorization();
    const authorization = await this.#authorization;
    if (HEADER_VALUE.test(authorization.reveal())) return authorization;
    throw new ProviderError('unauthorized', "the administrator's key holds characters that no header may");
  }
}

function requestOf(
  { method, path, query = {}, body }: ApiCall<unknown>,
  baseUrl: string,
  authorization: Redacted,
): Request {
  const url = new URL(path.map(segment).join(''), baseUrl);
  url.search = new URLSearchParams(query).toString();
  const headers = { Accept: 'application/json', Authorization: authorization.reveal() };
  if (body === undefined) return new Request(url, { method, headers });
  // For a form the type names the boundary, which only `Request` knows.
  if (body instanceof FormData) return new Request(url, { method, headers, body });
  const json = { ...headers, 'Content-Type': 'application/json' };
  return new Request(url, { method, headers: json, body: JSON.stringify(body) });
}

/** An empty segment, `.` or `..` would name another resource, such as the whole list instead of one of it. */
function segment(text: string): string {
  if (/^\.{0,2}$/.test(text)) throw new Error(`expected a path segment, got ${JSON.stringify(text)}`);
  return `/${encodeURIComponent(text)}`;
}

/** In ms; null: another try is not safe, or of no use. */
function waitBeforeNext({ reason, retryAfterSeconds }: ProviderError, tries: number): number | null {
  if (reason === 'rate-limited') return 1000 * (retryAfterSeconds ?? tries);
  return reason === 'unavailable' ? 500 * tries : null;
}

/** What is said of a request in messages. */
interface About {
  readonly provider: string;
  readonly method: string;
}

type Unanswered = Extract<Answer, { kind: 'unanswered' }>;
type AnswerHeaders = Received['headers'];
type Cut = Extract<Answer, { kind: 'cut' }>;

function noAnswer(about: About, { reason: why, code }: Unanswered): ProviderError {
  const unsent = why === 'not-connected';
  const reason = !unsent && !isRead(about) ? 'ambiguous' : why === 'unreadable' ? 'protocol' : 'unavailable';
  return new ProviderError(reason, say(about, `no answer (${code})${unsent ? '' : doubt(about)}`));
}

/** A status 2xx with a part of its body: for a mint, the new credential's secret is lost. */
function cutAnswer(about: About, { reason: why, code, status }: Cut): ProviderError {
  const passing = why === 'broken-off' || why === 'too-late';
  const reason = !isRead(about) ? 'ambiguous' : passing ? 'unavailable' : 'protocol';
  const got = `an answer ${status} that was not read to its end (${why}, ${code})${doubt(about)}`;
  return new ProviderError(reason, say(about, got), { status });
}

/** A status 2xx with a body that is not as documented: for a mint, the new credential's secret is lost. */
function lostAnswer(about: About, status: number): ProviderError {
  const reason = isRead(about) ? 'protocol' : 'ambiguous';
  const got = `an answer ${status} that is not as documented${doubt(about)}`;
  return new ProviderError(reason, say(about, got), { status });
}

/** `now` in milliseconds since 1970. */
function statusError(about: About, status: number, headers: AnswerHeaders, now: number): ProviderError {
  if (status === 429) return askedTooOften(about, retryAfter(headers, now));
  if (status < 400) return lostAnswer(about, status);
  const error = (reason: ProviderErrorReason, got: string) =>
    new ProviderError(reason, say(about, got), { status });
  if (status === 401 || status === 403) return error('unauthorized', `${status}: ${UNAUTHORIZED}`);
  if (status < 500) return error('refused', String(status));
  return error(isRead(about) ? 'unavailable' : 'ambiguous', `${status}${doubt(about)}`);
}

function askedTooOften(about: About, seconds: number | undefined): ProviderError {
  const again = seconds === undefined ? '' : `; again in ${seconds} s`;
  return new ProviderError('rate-limited', say(about, `429, asked too often${again}`), {
    status: 429,
    ...(seconds !== undefined && { retryAfterSeconds: seconds }),
  });
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

function isRead({ method }: About): boolean {
  return method === 'GET';
}

function doubt(about: About): string {
  return isRead(about) ? '' : '; it may have been carried out';
}

function say({ provider, method }: About, got: string): string {
  return `${provider} was asked to ${method}: expected success, got ${got}`;
}
