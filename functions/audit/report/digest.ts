import { html, prose } from './html.ts';
import { cut, oneLine } from './plain-text.ts';
import type { Worry } from './report.ts';

/** Of what a server, a record or a name says, in characters; the report has it whole. */
const LONGEST = 500;

/** What one owner is told: how much there is, and the worst of it. */
export interface Digest {
  /** When the audit began, ISO 8601: the date by which the report is named. */
  readonly startedAt: string;
  readonly failures: number;
  readonly warnings: number;
  /** Worst first. */
  readonly worst: readonly Worry[];
}

export interface Mail {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

const WORD = { fail: 'Failure', warn: 'Warning' } as const;

/** Pure. The subject holds numbers and a date only: nothing that somebody else could have written. */
export function digestMail(digest: Digest): Mail {
  return {
    subject: `Keyturn audit of ${dayOf(digest)}: ${countsOf(digest)}`,
    text: plain(digest),
    html: page(digest),
  };
}

function plain(digest: Digest): string {
  const rest = restOf(digest);
  return [...introduction(digest), ...digest.worst.map(plainEntry), ...(rest ? [rest] : [])].join('\n\n');
}

function plainEntry({
  status,
  severity,
  title,
  secretName,
  evidence,
  why,
  remediation,
  reference,
  check,
}: Worry): string {
  return [
    `${WORD[status]} (${severity}): ${title}`,
    `  Credential: ${short(secretName)}`,
    `  Seen: ${short(evidence)}`,
    `  Why: ${why}`,
    `  Remediation: ${remediation}`,
    `  Source: ${reference.title}, ${reference.url}`,
    `  Check: ${check}`,
  ]
    .map((line) => `${line.startsWith('  ') ? '  ' : ''}${oneLine(line)}`)
    .join('\n');
}

function page(digest: Digest): string {
  const [greeting = '', counts = ''] = introduction(digest);
  return html`<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Keyturn audit</title></head>
<body>
<p>${greeting}</p>
<p><strong>${counts}</strong></p>
${digest.worst.map(
  (worry) => html`<h2>${WORD[worry.status]} (${worry.severity}): ${oneLine(worry.title)}</h2>
<p>Credential: <strong>${short(worry.secretName)}</strong><br>
Seen: ${short(worry.evidence)}</p>
<p>Why: ${prose(worry.why)}<br>
Remediation: ${prose(worry.remediation)}<br>
Source: <a href="${worry.reference.url}">${worry.reference.title}</a><br>
Check: <code>${worry.check}</code></p>
`,
)}
<p>${restOf(digest)}</p>
</body>
</html>
`.toString();
}

function short(text: string): string {
  return cut(oneLine(text), LONGEST);
}

function introduction(digest: Digest): readonly string[] {
  return [
    `On ${dayOf(digest)} Keyturn audited the SMTP credentials whose secrets name you in the tag keyturn:owner.`,
    `${countsOf(digest)}.`,
  ];
}

function restOf({ failures, warnings, worst }: Digest): string {
  const rest = failures + warnings - worst.length;
  return rest > 0 ? `And ${rest} more; all of them stand in the report.` : '';
}

function countsOf({ failures, warnings }: Digest): string {
  return `${failures} ${failures === 1 ? 'failure' : 'failures'}, ${warnings} ${warnings === 1 ? 'warning' : 'warnings'}`;
}

function dayOf({ startedAt }: Digest): string {
  return new Date(startedAt).toISOString().slice(0, 10);
}
