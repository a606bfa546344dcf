import { type SESClient, SendEmailCommand } from '@aws-sdk/client-ses';
import pRetry from 'p-retry';
import { isThrottling } from '../../aws.ts';
import { shownName } from '../../observe/shown.ts';
import { WorstOf } from '../report/aggregate.ts';
import { loudestFirst, worriesOf } from '../report/credential-report.ts';
import { cut, html, oneLine, prose } from '../report/html.ts';
import type { CredentialReport, Worry } from '../report/report.ts';

/** One mail with more would not be read; the report holds them all. */
const WORST = 25;
/** One address and nothing else, so that no header can hold more than that: RFC 5321 section 4.1.2, without quoted parts. */
const ADDRESS =
  /^(?=.{3,254}$)[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z0-9-]{2,63}$/;
/** Of what a server, a record or a name says, in characters; the report has it whole. */
const LONGEST = 500;
const WORD = { fail: 'Failure', warn: 'Warning' } as const;

/** The SES sandbox takes one message a second; a mail whose answer was lost may have gone out, and is not sent again. */
const AGAIN = {
  retries: 5,
  minTimeout: 100,
  randomize: true,
  shouldRetry: ({ error }: { readonly error: Error }) => isThrottling(error),
};

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

export type Send = (to: string, mail: Mail) => Promise<void>;
/** Whether the owner, an address in small letters, was not written to in this run before. */
export type Claim = (owner: string) => Promise<boolean>;

export interface Delivered {
  readonly sent: number;
  /** Owners who were written to when this run was told before. */
  readonly sentBefore: number;
  readonly failed: number;
  /** Owners whose tag is not a mail address, so that nobody could be written to. */
  readonly skipped: number;
  /** Names of errors, each once. */
  readonly errors: readonly string[];
}

interface Share {
  readonly to: string;
  readonly worst: WorstOf<Worry>;
  failures: number;
  warnings: number;
}

/** A digest for each owner, with their own findings only. Memory grows with the number of owners, not of credentials. */
export class Digests {
  readonly #shares = new Map<string, Share>();
  readonly #skipped = new Set<string>();

  /** `owner`: the tag of the secret. */
  add(report: CredentialReport, owner: string | null): void {
    const worries = owner ? worriesOf(report) : [];
    if (!owner || worries.length === 0) return;
    if (!ADDRESS.test(owner)) return void this.#skipped.add(owner);
    const share = this.#shareOf(owner);
    for (const worry of worries) {
      share.worst.add(worry);
      share[worry.status === 'fail' ? 'failures' : 'warnings'] += 1;
    }
  }

  /**
   * `startedAt` of the run, in ISO 8601. One that cannot be sent does not keep the others, unless Amazon SES takes no more:
   * then the rest is not tried.
   */
  async send(startedAt: string, claim: Claim, send: Send): Promise<Delivered> {
    const errors = new Set<string>();
    let [sent, sentBefore] = [0, 0];
    for (const [owner, { to, worst, failures, warnings }] of this.#shares) {
      try {
        if (await claim(owner)) {
          await send(to, digestMail({ startedAt, failures, warnings, worst: worst.list() }));
          sent += 1;
        } else sentBefore += 1;
      } catch (error) {
        errors.add(shownName(error));
        if (isThrottling(error)) break;
      }
    }
    const failed = this.#shares.size - sent - sentBefore;
    return { sent, sentBefore, failed, skipped: this.#skipped.size, errors: [...errors] };
  }

  #shareOf(owner: string): Share {
    const key = owner.toLowerCase();
    const share = this.#shares.get(key) ?? {
      to: owner,
      worst: new WorstOf(WORST, loudestFirst),
      failures: 0,
      warnings: 0,
    };
    this.#shares.set(key, share);
    return share;
  }
}

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
  return rest > 0 ? `And ${rest} more; the report has them all.` : '';
}

function countsOf({ failures, warnings }: Digest): string {
  return `${failures} ${failures === 1 ? 'failure' : 'failures'}, ${warnings} ${warnings === 1 ? 'warning' : 'warnings'}`;
}

function dayOf({ startedAt }: Digest): string {
  return new Date(startedAt).toISOString().slice(0, 10);
}

/**
 * Structured, not raw: Amazon SES makes the headers, so that no text can add one. `ses` tries once: only what Amazon SES has
 * refused is sent again.
 */
export function sendFrom(ses: SESClient, from: string): Send {
  const part = (Data: string) => ({ Charset: 'UTF-8', Data });
  return async (to, { subject, text, html }) => {
    const mail = new SendEmailCommand({
      Source: from,
      Destination: { ToAddresses: [to] },
      Message: { Subject: part(subject), Body: { Text: part(text), Html: part(html) } },
    });
    await pRetry(() => ses.send(mail), AGAIN);
  };
}
