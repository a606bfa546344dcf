import type { LoginEvidence, Reply, TlsFacts } from '../../functions/smtp/evidence.ts';
import { referenceOf } from '../../functions/smtp/login-result.ts';
import type { CredentialState, Retry } from '../../functions/smtp/verdicts.ts';
import type { Answer } from '../validate.ts';
import { drawDialogue } from './dialogue.ts';
import { Page, type Paint, type Span } from './page.ts';

const MARKS: Readonly<Record<CredentialState, Span>> = {
  good: ['✔ good', ['bold', 'green']],
  bad: ['✘ bad', ['bold', 'red']],
  unknown: ['? unknown', ['bold', 'yellow']],
};

/** One validation for a person to read, in lines of at most `columns`. */
export function picture(
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
