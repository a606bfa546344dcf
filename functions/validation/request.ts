import * as v from 'valibot';

/** Validated side by side in one answer. */
const MOST_SECRETS = 50;

/** ASCII only, so that a length means the same to JSON Schema (code points) and to JavaScript (UTF-16 units). */
export const secretId = v.pipe(
  v.string(),
  v.minLength(1),
  v.maxLength(2048),
  v.regex(/^[A-Za-z0-9/_+=.@!:-]+$/),
  v.description('Name or ARN of a secret that carries the tag keyturn:managed=true.'),
);

const singleRequest = v.strictObject({
  secretId,
  versionStage: v.exactOptional(
    v.pipe(
      v.string(),
      v.minLength(1),
      v.maxLength(256),
      v.regex(/^[ -~]+$/),
      v.description('Staging label of the version; AWSCURRENT unless versionId says otherwise.'),
    ),
  ),
  versionId: v.exactOptional(
    v.pipe(
      v.string(),
      v.minLength(32),
      v.maxLength(64),
      v.regex(/^[ -~]+$/),
      v.description('The version to validate instead of the one in use.'),
    ),
  ),
});

/** JSON Schema's `uniqueItems`, which valibot has no word for. */
export const uniqueItems = v.check<string[], string>(
  (items) => new Set(items).size === items.length,
  'each secret once',
);

const batchRequest = v.strictObject({
  secretIds: v.pipe(
    v.array(secretId),
    v.minLength(1),
    v.maxLength(MOST_SECRETS),
    uniqueItems,
    v.description('The versions in use of these secrets, validated at the same time.'),
  ),
});

/** The body of `POST /validations`, and the direct event of the function (DESIGN section 4). */
export const validationRequest = v.union([singleRequest, batchRequest]);

export type ValidationRequest = v.InferOutput<typeof singleRequest>;

export type ParsedRequest =
  | { readonly kind: 'single'; readonly request: ValidationRequest }
  | { readonly kind: 'batch'; readonly secretIds: readonly string[] }
  | { readonly kind: 'malformed'; readonly message: string };

/** Reads a validation request: an object, or the JSON text of an HTTP body. The message names the bad field. */
export function parseRequest(input: unknown): ParsedRequest {
  const json = typeof input === 'string' ? parseJson(input) : input;
  const asksForMany = typeof json === 'object' && json !== null && 'secretIds' in json;
  return asksForMany ? parseBatch(json) : parseSingle(json);
}

function parseSingle(json: unknown): ParsedRequest {
  const parsed = v.safeParse(singleRequest, json, { abortEarly: true });
  return parsed.success ? { kind: 'single', request: parsed.output } : malformed(parsed.issues[0]);
}

function parseBatch(json: unknown): ParsedRequest {
  const parsed = v.safeParse(batchRequest, json, { abortEarly: true });
  return parsed.success ? { kind: 'batch', ...parsed.output } : malformed(parsed.issues[0]);
}

function malformed({ path, expected, message }: v.BaseIssue<unknown>): ParsedRequest {
  const field = path?.map((item) => String(item.key)).join('.') || 'the body';
  return { kind: 'malformed', message: `Malformed request at ${field}: expected ${expected ?? message}.` };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
