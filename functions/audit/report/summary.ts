import { REPORT } from '../../observe/names.ts';
import { worries } from './aggregate.ts';
import type { Report, Summary } from './report.ts';

/** Keeps the answer far below the 6 MB that a function may return. */
const WORST = 100;

export function summarise(report: Report): Summary {
  const { schemaVersion, runId, startedAt, finishedAt, score, counts } = report;
  return {
    schemaVersion,
    runId,
    startedAt,
    finishedAt,
    score,
    counts,
    credentials: report.credentials.length,
    unexamined: report.unexamined.length,
    reportKey: REPORT.json(runId),
    pageKey: REPORT.html(runId),
    worst: worries(report).slice(0, WORST),
  };
}
