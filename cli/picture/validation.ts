import type { TlsFacts } from '../../functions/net/certificate.ts';
import type { Security } from '../../functions/net/endpoint.ts';
import type { LoginEvidence, Reply, Stage, StageTime } from '../../functions/smtp/evidence.ts';
import { referenceOf } from '../../functions/smtp/login-result.ts';
import type { CredentialState, Retry } from '../../functions/smtp/verdicts.ts';
import type { Answer } from '../validate.ts';
import { Page, type Paint, type Span } from './page.ts';

const MARKS: Readonly<Record<CredentialState, Span>> = {
  good: ['✔ good', ['bold', 'green']],
  bad: ['✘ bad', ['bold', 'red']],
  unknown: ['? unknown', ['bold', 'yellow']],
};

const ORDER: Readonly<Record<Security, readonly Stage[]>> = {
  tls: ['dns', 'connect', 'tls', 'greeting', 'ehlo', 'auth'],
  starttls: ['dns', 'connect', 'greeting', 'ehlo', 'starttls', 'tls', 'ehlo', 'auth'],
};
/** Of mark, name and time: `✔ starttls   12345 ms  `. */
const TEXT_COLUMNS = 23;
const STOPPED = '  stopped here';

/** One validation for a person to read, in lines of at most `columns`. */
export function validationPicture(
  answer: Answer,
  evidence: LoginEvidence | null,
  columns: number,
  paint: Paint,
): string {
  const page = new Page(columns, paint);
  drawTarget(page, answer);
  if (evidence) {
    page.line();
    drawDialogue(page, evidence);
    page.line();
    drawFacts(page, evidence);
  }
  page.line();
  drawVerdict(page, answer);
  const reference = evidence && referenceOf(evidence);
  if (reference) page.paragraph(`${reference.title}: ${reference.url}`, 'dim');
  return page.toString();
}

function drawTarget(page: Page, { secretId, versionId, endpoint }: Answer): void {
  if (secretId !== null) page.fact('secret', secretId);
  if (versionId !== null) page.fact('version', versionId);
  if (!endpoint) return;
  const { host, port, security } = endpoint;
  page.fact('server', `${host}:${port}, ${security === 'tls' ? 'TLS from the first byte' : 'STARTTLS'}`);
}

/** Each stage with its time, drawn as a bar from when it began to when it ended. */
function drawDialogue(page: Page, { stages, failure, endpoint, timings }: LoginEvidence): void {
  const reached = stages.filter(({ stage }) => stage !== 'done');
  const width = page.columns - TEXT_COLUMNS - STOPPED.length;
  for (const [index, { stage, ms, bar }] of bars(reached, width).entries()) {
    const stopped = failure !== null && index === reached.length - 1;
    page.line(
      stopped ? ['✘ ', 'red'] : ['✔ ', 'green'],
      [`${stage.padEnd(9)}${milliseconds(ms)}  `],
      [bar, stopped ? 'red' : 'cyan'],
      [stopped ? STOPPED : ''],
    );
  }
  for (const stage of ORDER[endpoint.security].slice(reached.length)) {
    page.line([`· ${stage.padEnd(9)}  not reached`, 'dim']);
  }
  page.line([`  ${'total'.padEnd(9)}${milliseconds(timings.totalMs)}`]);
}

function milliseconds(ms: number): string {
  return `${String(ms).padStart(7)} ms`;
}

function bars(stages: readonly StageTime[], width: number): (StageTime & { readonly bar: string })[] {
  const totalMs = Math.max(
    1,
    stages.reduce((sum, { ms }) => sum + ms, 0),
  );
  const column = (ms: number) => Math.round((ms / totalMs) * width);
  let begunMs = 0;
  return stages.map(({ stage, ms }) => {
    const from = Math.min(column(begunMs), width - 1);
    begunMs += ms;
    const length = column(begunMs) - from;
    return { stage, ms, bar: ' '.repeat(from) + (length > 0 ? '█'.repeat(length) : '▏') };
  });
}

function drawFacts(page: Page, { tls, offered, used, authSent, reply, greeting }: LoginEvidence): void {
  if (greeting) page.fact('greeting', greeting);
  if (tls) drawTls(page, tls);
  if (offered) page.fact('mechanisms', offered.length > 0 ? offered.join(' ') : 'none');
  page.fact('login', authSent ? `tried with ${used}` : 'not tried: no part of it left this computer');
  if (reply) page.fact('last reply', replyText(reply));
}

function drawTls(page: Page, { protocol, cipher, group, certificate }: TlsFacts): void {
  const { subject, issuer, validFrom, validTo, daysLeft, fingerprint256 } = certificate;
  page.fact('TLS', [protocol, cipher, group].filter(Boolean).join(', '));
  page.fact('certificate', subject);
  page.fact('issued by', issuer);
  page.fact('valid', `${validFrom.slice(0, 10)} to ${validTo.slice(0, 10)}, ${daysLeft} days left`);
  page.fact('SHA-256', fingerprint256);
}

function replyText({ code, enhanced, text }: Reply): string {
  return [code, enhanced, text].filter(Boolean).join(' ');
}

function drawVerdict(page: Page, { credential, verdict, advice, retry }: Answer): void {
  page.line(MARKS[credential], [`: ${verdict}`]);
  page.paragraph(advice);
  if (credential !== 'good') page.paragraph(retryText(retry));
}

function retryText({ allowed, afterSeconds }: Retry): string {
  if (!allowed) return 'Trying again changes nothing until that is done.';
  return afterSeconds === undefined ? 'Try again at any time.' : `Try again after ${afterSeconds} seconds.`;
}
