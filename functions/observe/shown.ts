/**
 * An error whose message is Keyturn's own words: it says nothing that a server, a provider or AWS has said, and no value
 * of a secret, so that a log, the ledger, a report and an answer may show it.
 */
export class KeyturnError extends Error {}

/** What of an error may be shown. */
export interface Shown {
  /** The kind of error, such as `RotationError` or `AccessDeniedException`. */
  readonly name: string;
  readonly message: string;
}

/**
 * What a log, the ledger, a report or an answer may show of any error: the whole message of a `KeyturnError`; of all others
 * what they are called and, from AWS, the id of the request. Their messages repeat names, addresses and values: of IAM
 * those of users, of KMS principals, of Amazon SES recipients.
 */
export function shown(error: unknown): Shown {
  const name = nameOf(error);
  if (error instanceof KeyturnError) return { name, message: error.message };
  const about = [wordIn(error, 'code', CODE), requestIdOf(error)].filter((part) => part !== undefined);
  const details = about.length > 0 ? ` (${about.join(', ')})` : '';
  return { name, message: `failed with ${name}${details}; its message is not ours to show` };
}

const NAME = /^[A-Za-z][A-Za-z0-9]{0,79}$/;
const CODE = /^[A-Z][A-Z0-9_]{0,79}$/;
/** As AWS makes them: a UUID, or letters and digits (Amazon S3). */
const REQUEST_ID = /^[A-Za-z0-9-]{8,80}$/;

/** Errors by the codes of services have these as their names, some with a dot: `InvalidClientTokenId`, `Client.InternalError`. */
function nameOf(error: unknown): string {
  const name = error instanceof Error ? error.name : 'Error';
  return name.split('.').every((part) => NAME.test(part)) ? name : 'Error';
}

function requestIdOf(error: unknown): string | undefined {
  const metadata: unknown = error instanceof Error ? Reflect.get(error, '$metadata') : undefined;
  const id = wordIn(metadata, 'requestId', REQUEST_ID);
  return id && `request ${id}`;
}

function wordIn(holder: unknown, field: string, pattern: RegExp): string | undefined {
  const value: unknown = typeof holder === 'object' && holder !== null ? Reflect.get(holder, field) : undefined;
  return typeof value === 'string' && pattern.test(value) ? value : undefined;
}
