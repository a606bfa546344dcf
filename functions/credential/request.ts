import * as v from 'valibot';
import type { ValidationRequest } from './validation.ts';

const id = (limit: number) => v.pipe(v.string(), v.minLength(1), v.maxLength(limit));

/** The same limits as the model at the gateway (infra/constructs), and as Secrets Manager's own. */
const requestSchema = v.strictObject({
  secretId: id(2048),
  versionStage: v.optional(id(256)),
  versionId: v.optional(v.pipe(v.string(), v.minLength(32), v.maxLength(64))),
});

export type ParsedRequest =
  | { readonly kind: 'request'; readonly request: ValidationRequest }
  | { readonly kind: 'malformed'; readonly message: string };

/** Reads a validation request: an object, or the JSON text of an HTTP body. The message names the bad field. */
export function parseRequest(input: unknown): ParsedRequest {
  const parsed = v.safeParse(requestSchema, typeof input === 'string' ? parseJson(input) : input, {
    abortEarly: true,
  });
  if (parsed.success) return { kind: 'request', request: parsed.output };
  const [issue] = parsed.issues;
  const path = (issue.path ?? []).map((item) => String(item.key)).join('.') || 'the body';
  return {
    kind: 'malformed',
    message: `Malformed request at ${path}: expected ${issue.expected ?? 'another value'}.`,
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
