import * as v from 'valibot';
import { timestamp } from '../validation/validation-result.ts';

/** The answer of `GET /audits/{id}/report`, beside its `Location`. */
export const auditPage = v.object({
  runId: v.string(),
  url: v.pipe(
    v.string(),
    v.url(),
    v.description(
      'A presigned URL of the page in the report bucket. Whoever has it may read the page until it expires.',
    ),
  ),
  expiresAt: timestamp,
});

export type AuditPage = Readonly<v.InferOutput<typeof auditPage>>;
