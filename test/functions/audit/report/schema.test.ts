import { join } from 'node:path';
import type * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import type { Report } from '../../../../functions/audit/report/report.ts';
import { HOSTILE_TEXTS, poisoned } from './hostile.ts';
import { realisticReport } from './realistic.ts';
import { type auditReport, reportSchema, schemaErrors } from './report-schema.ts';

const FILE = join(import.meta.dirname, '../../../../docs/report.schema.json');

/** As it is in the bucket. */
const written = (report: unknown): unknown => JSON.parse(JSON.stringify(report));

/** Fails to compile when a report could be what the schema does not allow. */
const published = (report: Report): v.InferOutput<typeof auditReport> => report;

describe('the schema of report.json', () => {
  it('is published in docs (`npm test -- --update` writes it anew)', async () => {
    await expect(`${JSON.stringify(reportSchema, null, 2)}\n`).toMatchFileSnapshot(FILE);
  });

  it('describes a whole report, with no field besides', () => {
    expect(schemaErrors(written(published(realisticReport())))).toEqual([]);
  });

  it('refuses a status, a reason and a score that do not exist, and a field that is missing', () => {
    const report = realisticReport();
    expect(schemaErrors({ ...report, score: 101 })).not.toEqual([]);
    expect(schemaErrors({ ...report, totals: undefined })).not.toEqual([]);
    for (const [right, wrong] of [
      ['"status":"fail"', '"status":"bad"'],
      ['"reason":"access-denied"', '"reason":"tired"'],
    ] as const) {
      const text = JSON.stringify(report);
      expect(text).toContain(right);
      expect(schemaErrors(JSON.parse(text.replace(right, wrong)))).not.toEqual([]);
    }
  });

  it.each(HOSTILE_TEXTS)('holds for a report full of %s, which comes back as it was', (_kind, hostile) => {
    const report = poisoned(realisticReport(), hostile);
    expect(schemaErrors(written(report))).toEqual([]);
    expect([...JSON.stringify(report)].filter((character) => character < ' ')).toEqual([]);
    expect(written(report)).toEqual(report);
  });
});
