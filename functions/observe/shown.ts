/**
 * An error whose message is Keyturn's own words: nothing in it was said by a server, a provider or AWS, and no password,
 * though places and names that the writer of a secret chose may be, so that a log, the ledger, a report and an answer may show it.
 */
export class KeyturnError extends Error {
  /** No cause: it would be logged with the error, whoever wrote it. */
  constructor(message: string) {
    super(message);
  }
}

/** What of an error may be shown. */
export interface Shown {
  /** The kind of error, such as `RotationError` or `AccessDeniedException`. */
  readonly name: string;
  readonly message: string;
}

/**
 * What a log, the ledger, a report or an answer may show of any error: of a `KeyturnError` all that it says; of all others
 * what they are called and, from AWS, the id of the request, by which CloudTrail has the rest. Their messages repeat names,
 * addresses and values: those of IAM users, of KMS principals, of Amazon SES recipients.
 */
export function shown(error: unknown): Shown {
  const name = shownName(error);
  if (error instanceof KeyturnError) return { name, message: error.message };
  const details = [wordIn(error, 'code', CODE), requestIdOf(error)].filter((word) => word !== undefined);
  return { name, message: details.length > 0 ? `${name} (${details.join(', ')})` : name };
}

/** The same in one sentence. */
export function shownText(error: unknown): string {
  const { name, message } = shown(error);
  return error instanceof KeyturnError ? `${name}: ${message}` : message;
}

/**
 * Every function's handler. The runtime logs whatever it rejects with, message, stack, fields and causes, so that may only
 * be what may be shown; its `name` stays, which Step Functions tells errors apart by.
 */
export function handles<Event, Result, Context>(
  handle: (event: Event, context: Context) => Promise<Result>,
): (event: Event, context: Context) => Promise<Result> {
  return async (event, context) => {
    try {
      return await handle(event, context);
    } catch (error) {
      throw shownError(error);
    }
  };
}

function shownError(error: unknown): KeyturnError {
  if (error instanceof KeyturnError) return error;
  const { name, message } = shown(error);
  return Object.assign(new KeyturnError(message), { name });
}

/** Errors by the codes of services have these as their names, some with a dot: `Client.InternalError`. */
export function shownName(error: unknown): string {
  return wordIn(error, 'name', /^[A-Z][A-Za-z0-9]{0,79}(\.[A-Za-z0-9]{1,79})?$/) ?? 'Error';
}

const CODE = /^[A-Z][A-Z0-9_]{0,79}$/;
/** As AWS makes them: a UUID, or capitals and digits (Amazon S3: 16, DynamoDB: 52). */
const REQUEST_ID = /^([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9A-Z]{16}|[0-9A-Z]{52})$/;

function requestIdOf(error: unknown): string | undefined {
  const metadata: unknown = error instanceof Error ? Reflect.get(error, '$metadata') : undefined;
  const id = wordIn(metadata, 'requestId', REQUEST_ID);
  return id && `request ${id}`;
}

function wordIn(holder: unknown, field: string, pattern: RegExp): string | undefined {
  const value: unknown =
    typeof holder === 'object' && holder !== null ? Reflect.get(holder, field) : undefined;
  return typeof value === 'string' && pattern.test(value) ? value : undefined;
}

/** In the place of words that may repeat something hidden. */
export const REDACTED = '[redacted]';

/** Bounded, as RFC 5321 section 4.5.3.1 bounds both parts, so that a hostile line costs linear time. */
const ADDRESS = /[^\s<>"'(),:;@]{1,64}@[^\s<>"'(),:;@]{1,255}/g;
const TEXT_LIMIT = 300;

/**
 * A text that may quote others, safe to store: mail addresses masked, control and invisible characters gone, cut to 300
 * characters. Whether it repeats a password is another question: see `Echoes`.
 */
export function mask(text: string): string {
  return oneLine(text)
    .replace(/\p{Cf}+/gu, '')
    .replace(ADDRESS, '[address]')
    .slice(0, TEXT_LIMIT);
}

/** Single spaces stay untouched: nearly all texts hold nothing else. */
const NOT_ONE_SPACE = /[\p{Cc}\s]{2,}|[^\P{Cc}]|[^\S ]/gu;

export function oneLine(text: string): string {
  return text.replace(NOT_ONE_SPACE, ' ').trim();
}
