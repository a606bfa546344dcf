import * as v from 'valibot';
import {
  credentialState,
  endpoint,
  timestamp,
  validationResult,
  verdict,
  versionId,
} from '../validation/validation-result.ts';

const next = v.pipe(
  v.nullable(v.string()),
  v.description('Opaque: the `next` of the request for the following page; null on the last one.'),
);

/** What is known of one credential. */
export const credentialSummary = v.pipe(
  v.object({
    secretName: v.string(),
    secretArn: v.string(),
    credential: credentialState,
    verdict,
    checkedAt: timestamp,
    versionId,
    endpoint: v.nullable(endpoint),
    certificateDaysLeft: v.pipe(
      v.nullable(v.pipe(v.number(), v.integer())),
      v.description("Of the server's certificate, from now; null when none was seen."),
    ),
    lastCheck: v.pipe(
      v.object({ verdict, checkedAt: timestamp, versionId }),
      v.description('The newest validation, which may have proven nothing: a timeout, or held-back.'),
    ),
  }),
  v.description(
    'The newest validation that proved the version in use good or bad; while there is none, the newest of any verdict.',
  ),
);

export type CredentialSummary = Readonly<v.InferOutput<typeof credentialSummary>>;

/** The answer of `GET /credentials`. */
export const credentialList = v.object({ credentials: v.array(credentialSummary), next });

export type CredentialList = v.InferOutput<typeof credentialList>;

/** The answer of `GET /credentials/{id}`. */
export const credentialHistory = v.object({
  ...credentialSummary.entries,
  history: v.pipe(
    v.array(validationResult),
    v.description('The validations of 90 days, of all versions, newest first.'),
  ),
  next,
});

export type CredentialHistory = v.InferOutput<typeof credentialHistory>;
