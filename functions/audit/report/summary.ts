import * as v from 'valibot';
import { REPORT } from '../../observe/names.ts';
import { timestamp } from '../../validation/result.ts';
import type { Report } from './report.ts';

const count = v.pipe(v.number(), v.integer(), v.minValue(0));

const counts = v.object({
  pass: count,
  warn: count,
  fail: count,
  info: count,
  unknown: count,
  'not-applicable': count,
});

const practiceNumber = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(19));

/** A finding that wants a person, with all that is needed to act. */
const worry = v.object({
  check: v.string(),
  status: v.picklist(['fail', 'warn']),
  secretName: v.string(),
  secretArn: v.string(),
  evidence: v.string(),
  firstSeenAt: v.pipe(v.nullable(timestamp), v.description('When an audit first found it; it stands since.')),
  title: v.string(),
  severity: v.picklist(['critical', 'high', 'medium', 'low']),
  practices: v.pipe(v.array(practiceNumber), v.readonly()),
  why: v.string(),
  remediation: v.string(),
  reference: v.object({ title: v.string(), url: v.pipe(v.string(), v.url()) }),
});

/** `audits/latest.json`, and the answer of `GET /audits/latest` and `GET /audits/{id}`: bounded, whatever the number of credentials. */
export const auditSummary = v.object({
  schemaVersion: v.literal(1),
  runId: v.string(),
  startedAt: timestamp,
  finishedAt: timestamp,
  score: v.pipe(
    v.nullable(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(100))),
    v.description('Null when nothing could be weighed.'),
  ),
  counts: v.pipe(
    counts,
    v.description('Findings by status, over all credentials, without the accepted ones.'),
  ),
  accepted: v.pipe(count, v.description('Failures and warnings whose risk an owner has accepted.')),
  credentials: count,
  unexamined: count,
  reportKey: v.pipe(v.string(), v.description('Key of the whole report in the report bucket, as JSON.')),
  pageKey: v.pipe(v.string(), v.description('Key of the same report as a page.')),
  practices: v.pipe(
    v.array(v.object({ number: practiceNumber, title: v.string(), counts })),
    v.readonly(),
    v.description('All nineteen; a finding counts for each practice that its check serves.'),
  ),
  worst: v.pipe(v.array(worry), v.readonly(), v.description('Worst first, at most a hundred.')),
});

export type AuditSummary = Readonly<v.InferOutput<typeof auditSummary>>;

/** Bounded, as the report in memory is: it is the answer of a function, which may have 6 MB. */
export function summarise(report: Report): AuditSummary {
  const { schemaVersion, runId, startedAt, finishedAt, score, counts, accepted } = report;
  return {
    schemaVersion,
    runId,
    startedAt,
    finishedAt,
    score,
    counts,
    accepted,
    credentials: report.totals.examined,
    unexamined: report.totals.unexamined,
    reportKey: REPORT.json(runId),
    pageKey: REPORT.html(runId),
    practices: report.practices.map(({ number, title, counts: found }) => ({ number, title, counts: found })),
    worst: report.worst,
  };
}
