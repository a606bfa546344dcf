import { worries } from '../../functions/audit/report/credential-report.ts';
import type { Report } from '../../functions/audit/report/report.ts';

const HEADER = ['status', 'severity', 'credential', 'check', 'evidence'];

/** The failures and warnings of a report, worst first, as a table with one line each. */
export function findingLines(report: Report): string[] {
  const rows = worries(report).map(({ status, severity, secretName, check, evidence }) => [
    status,
    severity,
    secretName,
    check,
    evidence,
  ]);
  const table = [HEADER, ...rows];
  const widths = HEADER.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  const last = HEADER.length - 1;
  return table.map((row) =>
    row.map((cell, column) => (column < last ? cell.padEnd(widths[column] ?? 0) : cell)).join('  '),
  );
}
