import * as v from 'valibot';

/** HTTP status of each error that a function answers with. */
export const STATUS = {
  'malformed-request': 400,
  'not-managed': 403,
  'not-found': 404,
  conflict: 409,
  throttled: 429,
} as const;

export type ErrorBody = Readonly<{ error: keyof typeof STATUS; message: string }>;

const message = v.pipe(v.string(), v.description('What was expected, what was got, what to do.'));

/** The body of every answer that is not 200 (DESIGN section 4); those of the gateway itself (infra/constructs) too. */
export const errorBody = v.object({
  error: v.picklist([...(Object.keys(STATUS) as (keyof typeof STATUS)[]), 'forbidden', 'refused', 'failed']),
  message,
});

/** Stands in a batch for the result of a secret that has none. */
export const refusedResult = v.object({
  secretId: v.string(),
  error: v.picklist(['not-managed', 'not-found', 'throttled', 'failed', 'out-of-time', 'crashed']),
  message,
});

export type RefusedResult = Readonly<v.InferOutput<typeof refusedResult>>;
