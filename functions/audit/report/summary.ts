import { REPORT } from '../../observe/names.ts';
import type { Report, Summary } from './report.ts';

/** Bounded, as the report in memory is: it is the answer of a function, which may have 6 MB. */
export function summarise(report: Report): Summary {
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
