/** As much of an answer as a caller gets from `send`; a `Response` has it, too. */
export interface Received {
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  /** Decompressed. */
  readonly body: AsyncIterable<Uint8Array> | null;
}

export interface SendInit {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string | Uint8Array<ArrayBuffer>;
  readonly signal?: AbortSignal;
}

/** Sends one request, and follows no redirect. */
export type Send = (input: string | URL | Request, init: SendInit) => Promise<Received>;

export interface Limits {
  /** The deadline of all that the caller does: tries and pages too. */
  readonly signal: AbortSignal;
  /** Of the body, decompressed. */
  readonly mostBytes: number;
}

/** A deadline for `Limits`; one that is over already keeps everything from being sent. */
export function endsIn(limitMs: number): AbortSignal {
  return limitMs > 0
    ? AbortSignal.timeout(Math.ceil(limitMs))
    : AbortSignal.abort(new DOMException('no time left', 'TimeoutError'));
}

/**
 * - `not-connected`: nothing was sent.
 * - `broken-off`: the connection ended first.
 * - `too-late`: the deadline was.
 * - `too-large`: the body goes beyond `mostBytes`.
 * - `unreadable`: it is not HTTP, or compressed in a way that is not known.
 */
export type HttpFailure = 'not-connected' | 'broken-off' | 'too-late' | 'too-large' | 'unreadable';

interface Failed {
  readonly reason: HttpFailure;
  /** A word of Node's, never the text of an error, which may repeat what was sent or received. */
  readonly code: string;
}

type Head = Pick<Received, 'status' | 'headers'>;

/** What came of one HTTP exchange. Of a `cut` answer the body is not whole, and none of it is kept. */
export type Answer =
  | (Head & { readonly kind: 'answered'; readonly body: Buffer })
  | (Head & Failed & { readonly kind: 'cut' })
  | (Failed & { readonly kind: 'unanswered' });

/**
 * One HTTP exchange, within its limits. Never rejects, follows no redirect, and leaves no body unread: it is taken in or
 * the connection is closed, whatever the status.
 */
export async function exchange(
  send: Send,
  input: string | URL | Request,
  init: Omit<SendInit, 'signal'>,
  limits: Limits,
): Promise<Answer> {
  const { signal } = limits;
  const late = Promise.withResolvers<Answer>();
  const giveUp = () => late.resolve({ kind: 'unanswered', ...failureOf(signal.reason, signal) });
  if (signal.aborted) return { kind: 'unanswered', reason: 'not-connected', code: codeOf(signal.reason) };
  signal.addEventListener('abort', giveUp, { once: true });
  try {
    return await Promise.race([answered(send, input, init, limits), late.promise]);
  } finally {
    signal.removeEventListener('abort', giveUp);
  }
}

async function answered(
  send: Send,
  input: string | URL | Request,
  init: Omit<SendInit, 'signal'>,
  { signal, mostBytes }: Limits,
): Promise<Answer> {
  let head: Head | undefined;
  try {
    const { status, headers, body } = await send(input, { ...init, signal });
    head = { status, headers };
    return { kind: 'answered', ...head, body: await wholeOf(body, mostBytes) };
  } catch (error) {
    const failure = failureOf(error, signal);
    return head ? { kind: 'cut', ...head, ...failure } : { kind: 'unanswered', ...failure };
  }
}

/** The chunks of a body until it is longer than it may be: then it rejects, and the connection is closed. */
export async function* within(
  body: AsyncIterable<Uint8Array> | null,
  mostBytes: number,
): AsyncGenerator<Uint8Array> {
  let size = 0;
  for await (const chunk of body ?? []) {
    size += chunk.length;
    if (size > mostBytes) throw Object.assign(new Error(`more than ${mostBytes} bytes`), { code: TOO_LARGE });
    yield chunk;
  }
}

/** In one buffer that grows in its place: a list of a million chunks of one byte would take a hundred times their size. */
async function wholeOf(body: AsyncIterable<Uint8Array> | null, mostBytes: number): Promise<Buffer> {
  const room = new ArrayBuffer(0, { maxByteLength: mostBytes });
  const bytes = new Uint8Array(room);
  let size = 0;
  for await (const chunk of within(body, mostBytes)) {
    const needed = size + chunk.length;
    if (needed > room.byteLength) room.resize(Math.min(mostBytes, Math.max(2 * room.byteLength, needed)));
    bytes.set(chunk, size);
    size = needed;
  }
  return Buffer.from(room, 0, size);
}

/** For messages: the status, or why there is none. */
export function outcomeOf(answer: Answer): string {
  if (answer.kind === 'answered') return String(answer.status);
  const status = answer.kind === 'cut' ? `${answer.status}, ` : '';
  return `${status}${answer.reason} (${answer.code})`;
}

/** `JSON.parse` repeats in its error what it could not read, and that may be a secret. Undefined where there is no JSON. */
export function jsonOf(body: Buffer | string): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    return undefined;
  }
}

const TOO_LARGE = 'ERR_BODY_TOO_LARGE';
/** Given to an answer in a content coding that is not known. */
export const UNKNOWN_CODING = 'ERR_UNKNOWN_CONTENT_CODING';

/** The connection never came to be. */
const NOT_CONNECTED: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);
/** Of Node's parser, of zlib, of Brotli. */
const UNREADABLE = /^(HPE_|Z_|ERR__ERROR_|ERR_BROTLI|ERR_UNKNOWN_CONTENT_CODING)/;

function failureOf(error: unknown, signal: AbortSignal): Failed {
  const code = codeOf(error);
  if (signal.aborted || code === 'TimeoutError') return { reason: 'too-late', code: 'TimeoutError' };
  if (code === TOO_LARGE) return { reason: 'too-large', code };
  if (NOT_CONNECTED.has(code)) return { reason: 'not-connected', code };
  return { reason: UNREADABLE.test(code) ? 'unreadable' : 'broken-off', code };
}

/** `fetch` has Node's code in the cause of its error. */
export function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'Error';
  for (const one of [error, error.cause]) {
    const code: unknown = one instanceof Error ? Reflect.get(one, 'code') : undefined;
    if (typeof code === 'string' && /^[A-Z][A-Z0-9_]*$/.test(code)) return code;
  }
  return /^[A-Za-z]+$/.test(error.name) ? error.name : 'Error';
}
