import { toJsonSchema } from '@valibot/to-json-schema';
import { Ajv2020 } from 'ajv/dist/2020.js';
import ajvFormats from 'ajv-formats';
import * as v from 'valibot';
import { REASON_TEXT } from '../../../../functions/audit/check.ts';
import { UNEXAMINED_REASONS } from '../../../../functions/audit/run/run.ts';
import { endpoint, timestamp, verdict, versionId } from '../../../../functions/validation/contract.ts';
import { closed } from '../../../support/api-schema.ts';

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const list = <T extends v.GenericSchema>(item: T) => v.pipe(v.array(item), v.readonly());
const severity = v.picklist(['critical', 'high', 'medium', 'low']);
const practices = list(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(19)));
const day = v.pipe(v.string(), v.isoDate());

const score = v.pipe(
  v.nullable(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(100))),
  v.description('Null when nothing could be weighed.'),
);
const counts = v.pipe(
  v.object({ pass: count, warn: count, fail: count, info: count, unknown: count, 'not-applicable': count }),
  v.description('Findings by status, without the accepted ones.'),
);
const accepted = v.pipe(count, v.description('Failures and warnings that an owner has accepted.'));
const evidence = v.pipe(
  v.string(),
  v.description('What was seen, in plain words; no secret and no mail address is in it.'),
);
const firstSeenAt = v.pipe(
  v.nullable(timestamp),
  v.description('When an audit first found this failure or warning, which stands since; null for all else.'),
);

const text = {
  title: v.string(),
  severity,
  practices,
  why: v.string(),
  remediation: v.string(),
  reference: v.object({ title: v.string(), url: v.pipe(v.string(), v.url()) }),
};

const found = {
  check: v.string(),
  evidence,
  firstSeenAt,
  accepted: v.nullable(v.object({ reason: v.string(), owner: v.nullable(v.string()), until: day })),
  acceptanceExpired: v.pipe(
    v.nullable(day),
    v.description('It was accepted once, and counts again since this day is over.'),
  ),
};

const finding = v.union([
  v.object({ ...found, status: v.picklist(['pass', 'warn', 'fail', 'info', 'not-applicable']) }),
  v.object({
    ...found,
    status: v.literal('unknown'),
    reason: v.picklist(Object.keys(REASON_TEXT) as (keyof typeof REASON_TEXT)[]),
  }),
]);

const certificate = v.object({
  subject: v.string(),
  issuer: v.string(),
  validFrom: timestamp,
  validTo: timestamp,
  daysLeft: v.pipe(v.number(), v.integer(), v.description('Negative once it has expired.')),
  fingerprint256: v.string(),
  keyType: v.string(),
  keyBits: v.nullable(count),
});

const credential = v.object({
  secretArn: v.string(),
  secretName: v.string(),
  versionId,
  endpoint: v.nullable(endpoint),
  verdict: v.nullable(verdict),
  certificate: v.nullable(certificate),
  score,
  counts,
  accepted,
  findings: list(finding),
});

const unexamined = v.object({
  kind: v.literal('unexamined'),
  secretArn: v.string(),
  reason: v.picklist(UNEXAMINED_REASONS),
  detail: v.nullable(v.string()),
});

const worry = v.object({
  ...text,
  check: v.string(),
  status: v.picklist(['fail', 'warn']),
  secretName: v.string(),
  secretArn: v.string(),
  evidence,
  firstSeenAt,
});

/** `audits/<runId>/report.json`; published as docs/report.schema.json. */
export const auditReport = v.object({
  schemaVersion: v.literal(1),
  runId: v.string(),
  startedAt: timestamp,
  finishedAt: timestamp,
  score,
  counts,
  accepted,
  trend: v.pipe(
    list(v.object({ runId: v.string(), finishedAt: timestamp, score })),
    v.description('The last runs, oldest first, this one last.'),
  ),
  totals: v.object({ examined: count, unexamined: count }),
  credentials: v.pipe(list(credential), v.description('All that were examined.')),
  unexamined: list(unexamined),
  worst: v.pipe(
    list(worry),
    v.description('The worst failures and warnings, at most a hundred, none that is accepted.'),
  ),
  practices: list(
    v.object({
      number: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(19)),
      title: v.string(),
      checks: list(v.string()),
      counts,
      accepted,
    }),
  ),
  checks: v.pipe(
    v.record(v.string(), v.object(text)),
    v.description('The words for each check that a finding may name.'),
  ),
  tallies: v.pipe(
    v.record(v.string(), v.object({ counts, accepted })),
    v.description('What each check found.'),
  ),
});

/** Of report.json, as it is published. */
export const reportSchema = {
  title: 'Keyturn audit report (report.json)',
  ...toJsonSchema(auditReport, {
    target: 'draft-2020-12',
    typeMode: 'input',
    ignoreActions: ['readonly'],
  }),
};

const ajv = new Ajv2020({ strict: true, strictTypes: false, allErrors: true });
ajvFormats.default(ajv);
const validate = ajv.compile(closed(reportSchema) as object);

/** What is wrong with a report that was read from JSON, a field that the schema does not name too. */
export function schemaErrors(report: unknown): unknown[] {
  return validate(report) ? [] : (validate.errors ?? []);
}
