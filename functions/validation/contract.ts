import * as v from 'valibot';
import { jsonOf } from '../net/http.ts';
import { HELD_BACK_REASONS } from '../smtp/login-result.ts';
import { VERDICTS } from '../smtp/verdicts.ts';

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
  const json = typeof input === 'string' ? jsonOf(input) : input;
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

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const milliseconds = v.pipe(v.nullable(count), v.description('Milliseconds; null for a stage not reached.'));
const words = v.pipe(v.array(v.string()), v.readonly());

export const timestamp = v.pipe(v.string(), v.isoTimestamp());
export const versionId = v.pipe(
  v.nullable(v.string()),
  v.description('Null when the secret has no version with a value.'),
);

export const credentialState = v.pipe(
  v.picklist(['good', 'bad', 'unknown']),
  v.description(
    'good: the server said 235 over verified TLS. bad: it definitely refused this credential. unknown: neither is proven.',
  ),
);

export const verdict = v.pipe(v.picklist(VERDICTS), v.description('What one login proved.'));

/** Where to log in. */
export const endpoint = v.object({
  host: v.string(),
  port: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65_535)),
  security: v.picklist(['tls', 'starttls']),
});

const tls = v.object({
  protocol: v.string(),
  cipher: v.string(),
  group: v.nullable(v.string()),
  certificate: v.object({
    subject: v.pipe(v.string(), v.description('`[redacted]` when the names could repeat the login.')),
    issuer: v.string(),
    validTo: timestamp,
    daysLeft: v.pipe(v.number(), v.integer(), v.description('Negative once it has expired.')),
    fingerprint256: v.string(),
  }),
});

const reply = v.object({
  code: v.pipe(v.number(), v.integer(), v.description('RFC 5321 reply code.')),
  enhanced: v.pipe(v.nullable(v.string()), v.description('RFC 3463 enhanced status code.')),
  text: v.pipe(
    v.string(),
    v.description(
      'What mail servers are known to say, `…` for the words of this one alone; `[redacted]` when anything that it said could repeat the login.',
    ),
  ),
});

/** The answer of `POST /validations` for one secret (DESIGN section 4). No secret and no mail address is in it. */
export const validationResult = v.object({
  secretId: v.pipe(v.string(), v.description('As it was asked for.')),
  versionId,
  checkedAt: timestamp,
  credential: credentialState,
  verdict,
  authSent: v.pipe(
    v.boolean(),
    v.description('Whether any AUTH byte was sent; only ever over verified TLS.'),
  ),
  advice: v.pipe(v.string(), v.description('What a person should do.')),
  retry: v.object({ allowed: v.boolean(), afterSeconds: v.exactOptional(count) }),
  heldBack: v.exactOptional(
    v.pipe(
      v.object({ reason: v.picklist(HELD_BACK_REASONS), until: timestamp }),
      v.description('With the verdict held-back: which limit it was, and before when nothing is dialled.'),
    ),
  ),
  endpoint: v.nullable(endpoint),
  tls: v.pipe(v.nullable(tls), v.description('Null when no verified TLS session came to be.')),
  auth: v.nullable(v.object({ offered: words, used: v.nullable(v.string()) })),
  reply: v.nullable(reply),
  timings: v.nullable(
    v.object({
      dnsMs: milliseconds,
      connectMs: milliseconds,
      tlsMs: milliseconds,
      authMs: milliseconds,
      totalMs: count,
    }),
  ),
});

export type ValidationResult = Readonly<v.InferOutput<typeof validationResult>>;

/** Stands in a batch for the result of a secret that has none. */
export const refusedResult = v.object({
  secretId: v.string(),
  error: v.picklist(['not-managed', 'not-found', 'throttled', 'failed', 'out-of-time', 'crashed']),
  message: v.pipe(v.string(), v.description('What was expected, what was got, what to do.')),
});

export type RefusedResult = Readonly<v.InferOutput<typeof refusedResult>>;

/** The answer of `POST /validations` for several secrets: one result each, in the order asked. */
export const batchAnswer = v.object({
  results: v.pipe(v.array(v.union([validationResult, refusedResult])), v.readonly()),
});

export type BatchAnswer = Readonly<v.InferOutput<typeof batchAnswer>>;
