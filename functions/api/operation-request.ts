import * as v from 'valibot';
import { secretId } from '../validation/request.ts';

/** Letters of all scripts, but no control characters, and none outside the BMP: those have two lengths. */
const REASON = /^[ -~\u00a1-\u1fff\u2010-\u2027\u2030-\u205e\u2070-\ud7ff]{1,500}$/;

/** Host and port, an IPv6 address in brackets. */
const ADDRESS = /^([A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\]):[0-9]{1,5}$/;

const common = {
  secretId,
  reason: v.exactOptional(
    v.pipe(
      v.string(),
      v.regex(REASON, 'at most 500 characters, no control characters'),
      v.description('Why; it stands in the ledger. At most 500 characters, no control characters.'),
    ),
  ),
  clientRequestToken: v.exactOptional(
    v.pipe(
      v.string(),
      v.regex(/^[A-Za-z0-9-]{32,64}$/, '32 to 64 letters, digits and hyphens'),
      v.description('Becomes the operationId: the same request again is the same operation.'),
    ),
  ),
};

/** The body of `POST /operations`. */
export const operationRequest = v.union([
  v.strictObject({ operation: v.picklist(['rotate', 'rollback', 'compromised']), ...common }),
  v.strictObject({
    operation: v.picklist(['accept-endpoint']),
    ...common,
    endpoint: v.pipe(
      v.string(),
      v.regex(ADDRESS, 'host:port'),
      v.description('Host and port as they stand in the secret: mail.example.com:465, [2001:db8::25]:465.'),
    ),
  }),
  v.strictObject({
    operation: v.picklist(['doctor']),
    ...common,
    fix: v.exactOptional(
      v.pipe(v.boolean(), v.description('Fix what can safely be fixed; without it nothing is changed.')),
    ),
  }),
]);

export type OperationRequest = v.InferOutput<typeof operationRequest>;

export type ParsedOperation =
  | { readonly kind: 'operation'; readonly request: OperationRequest }
  | { readonly kind: 'malformed'; readonly message: string };

/** Reads the JSON text of a body. */
export function parseOperation(body: string | null): ParsedOperation {
  const parsed = v.safeParse(operationRequest, parseJson(body));
  return parsed.success
    ? { kind: 'operation', request: parsed.output }
    : { kind: 'malformed', message: EXPECTED };
}

const EXPECTED =
  'Malformed request: expected JSON with operation (rotate, rollback, compromised, doctor or accept-endpoint) and secretId, for accept-endpoint its endpoint (host:port), optionally reason (at most 500 characters, no control characters), clientRequestToken (32 to 64 letters, digits and hyphens) and, for doctor, fix.';

function parseJson(text: string | null): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
}
