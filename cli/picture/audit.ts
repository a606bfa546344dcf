import { type Check, FACT_WORDS, PRACTICES } from '../../functions/audit/check.ts';
import type { AuditSummary } from '../../functions/audit/report/report.ts';
import { Page, type Paint, SEVERITY_STYLE, type Span, type Style } from './page.ts';

type Worry = AuditSummary['worst'][number];
type Counts = AuditSummary['counts'];

const MARKS = {
  fail: ['✘', 'red'],
  warn: ['!', 'yellow'],
  unknown: ['?', 'yellow'],
  pass: ['✔', 'green'],
  none: ['-', 'dim'],
} as const satisfies Record<string, Span>;

/** Checks that are named, and credentials named for each, before the rest is only counted. */
const NAMED = { checks: 12, credentials: 4 };
const BAR_COLUMNS = 40;
const FAIR = 70;

/** One audit for a person to read, in lines of at most `columns`. */
export function auditPicture(audit: AuditSummary, columns: number, paint: Paint): string {
  const page = new Page(columns, paint);
  page.fact('audit', `${audit.runId}, finished ${minuteOf(audit.finishedAt)} UTC`);
  page.fact('credentials', `${audit.credentials} examined, ${audit.unexamined} not examined`);
  const accepted = audit.accepted > 0 ? `, ${audit.accepted} accepted` : '';
  page.fact('findings', countWords(audit.counts) + accepted);
  page.line();
  drawScore(page, audit);
  drawWorst(page, audit);
  drawPractices(page, audit.practices);
  if (audit.worst.length > 0) {
    page.line();
    page.paragraph('What one is about, and how to fix it: keyturn explain <check>', 'dim');
  }
  return page.toString();
}

function drawScore(page: Page, { score, counts }: AuditSummary): void {
  if (score === null) {
    page.line(['no score: nothing could be weighed', 'bold']);
    return;
  }
  const filled = Math.round((score * BAR_COLUMNS) / 100);
  const style = scoreStyle(score, counts);
  page.line(
    [`score ${score} of 100  `, ['bold', style]],
    ['█'.repeat(filled), style],
    ['░'.repeat(BAR_COLUMNS - filled), 'dim'],
  );
}

/** Green is for those without a failure, however high the score. */
function scoreStyle(score: number, { fail }: Counts) {
  if (score < FAIR) return 'red';
  return fail > 0 ? 'yellow' : 'green';
}

/** One entry a check, in the order of the answer: worst first. It holds no more than the worst of all. */
function drawWorst(page: Page, { worst, counts }: AuditSummary): void {
  const groups = [...Map.groupBy(worst, ({ check, status }) => `${status} ${check}`).values()];
  const all = counts.fail + counts.warn;
  const whole = worst.length >= all;
  for (const group of groups.slice(0, NAMED.checks)) drawGroup(page, group, whole);
  const rest = groups.length - NAMED.checks;
  if (rest > 0 || !whole) page.line();
  if (rest > 0) page.paragraph(`and ${rest} more ${rest === 1 ? 'check' : 'checks'}`, 'dim');
  if (!whole)
    page.paragraph(
      `These are the worst ${worst.length} of ${all} failures and warnings; the report has all.`,
      'dim',
    );
}

function drawGroup(page: Page, group: readonly Worry[], whole: boolean): void {
  const [first] = group;
  if (!first) return;
  page.line();
  page.line(
    MARKS[first.status],
    [` ${first.title} `, 'bold'],
    [first.severity, SEVERITY_STYLE[first.severity]],
    [` ${first.check}`, 'dim'],
  );
  for (const { secretName, evidence } of group.slice(0, NAMED.credentials))
    page.paragraph(`· ${secretName}: ${evidence}`);
  const rest = group.length - NAMED.credentials;
  if (rest > 0) page.line([`· and ${whole ? '' : 'at least '}${rest} more`, 'dim']);
}

function drawPractices(page: Page, practices: AuditSummary['practices']): void {
  page.line();
  for (const { number, title, counts } of practices) {
    const [mark, style] = markOf(counts);
    page.line(
      [mark, style],
      [` ${String(number).padStart(2)} ${title.padEnd(30)}`],
      [countWords(counts), 'dim' satisfies Style],
    );
  }
}

function markOf(counts: Counts) {
  const worst = (['fail', 'warn', 'unknown', 'pass'] as const).find((status) => counts[status] > 0);
  return MARKS[worst ?? 'none'];
}

function countWords({ fail, warn, unknown, pass }: Counts): string {
  const words = [
    [fail, 'failed'],
    [warn, 'warned'],
    [unknown, 'unknown'],
    [pass, 'passed'],
  ] as const;
  return (
    words.flatMap(([count, word]) => (count > 0 ? [`${count} ${word}`] : [])).join(', ') || 'nothing to weigh'
  );
}

function minuteOf(timestamp: string): string {
  return timestamp.slice(0, 'YYYY-MM-DDThh:mm'.length).replace('T', ' ');
}

/** One check for a person to read, in lines of at most `columns`. */
export function explanation(check: Check, columns: number, paint: Paint): string {
  const { id, title, severity, practices, needs, why, remediation, reference } = check;
  const page = new Page(columns, paint);
  page.line([title, 'bold'], [' '], [severity, SEVERITY_STYLE[severity]]);
  page.line();
  page.fact('check', id);
  page.fact('serves', practices.map((number) => `${number} ${PRACTICES[number]}`).join(', '));
  page.fact('looks at', needs.map((fact) => FACT_WORDS[fact]).join('; '));
  page.line();
  page.line(['Why it matters', 'bold']);
  page.paragraph(why);
  page.line();
  page.line(['How to fix it', 'bold']);
  page.paragraph(remediation);
  page.line();
  page.line([`${reference.title}: ${reference.url}`, 'dim']);
  return page.toString();
}
