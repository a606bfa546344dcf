import * as v from 'valibot';
import type { AuditSummary } from '../audit/report/report.ts';
import type { ReportBucket } from '../audit/run/report-bucket.ts';
import { runId } from '../audit/run/run.ts';
import { REPORT } from '../observe/names.ts';
import { timestamp } from '../validation/contract.ts';
import type { ErrorBody } from './answer.ts';

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

/** Long enough to follow a redirect, too short to be worth passing on (seconds). */
const PAGE_SECONDS = 60;

const MALFORMED: ErrorBody = {
  error: 'malformed-request',
  message:
    'Malformed id: expected the runId of an audit, as GET /audits/latest has it: 1 to 80 letters, digits, "_", "." and "-".',
};

const UNKNOWN: ErrorBody = {
  error: 'not-found',
  message: 'No such audit, or it has not finished, or its report was older than reports are kept.',
};

export async function answerLatest(bucket: ReportBucket): Promise<AuditSummary | ErrorBody> {
  const latest = await bucket.getJson<AuditSummary>(REPORT.latest);
  return latest ?? { error: 'not-found', message: 'No audit has finished yet.' };
}

export async function answerAudit(bucket: ReportBucket, id: string): Promise<AuditSummary | ErrorBody> {
  if (!v.is(runId, id)) return MALFORMED;
  return (await bucket.getJson<AuditSummary>(REPORT.summary(id))) ?? UNKNOWN;
}

const MALFORMED_PAGE: ErrorBody = {
  error: 'malformed-request',
  message:
    'Malformed page: expected the number of a file of credentials, 1 to 99999, or none for the report.',
};
const PAGE = /^[1-9]\d{0,4}$/;

/**
 * Where the page can be had, for a minute and by whoever has the link. Not the page itself: it may be larger than the 6 MB
 * that a function may answer with. `page`: of the credentials, when they have files of their own; undefined for the report
 * itself. `now` in milliseconds since 1970.
 */
export async function answerPage(
  bucket: ReportBucket,
  id: string,
  page: string | undefined,
  now: number,
): Promise<AuditPage | ErrorBody> {
  if (!v.is(runId, id)) return MALFORMED;
  if (page !== undefined && !PAGE.test(page)) return MALFORMED_PAGE;
  const key = page === undefined ? REPORT.html(id) : REPORT.credentials(id, Number(page));
  if (!(await bucket.has(key))) return UNKNOWN;
  const url = await bucket.linkTo(key, PAGE_SECONDS);
  return { runId: id, url, expiresAt: new Date(now + PAGE_SECONDS * 1000).toISOString() };
}
