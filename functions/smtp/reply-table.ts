import type { Reply } from './evidence.ts';
import type { Verdict } from './judgement.ts';

interface Row {
  readonly codes: readonly number[];
  readonly enhanced?: string;
  readonly text?: RegExp;
  readonly verdict: Verdict;
}

/**
 * Replies to AUTH and their verdicts, first match wins: a provider's text before the enhanced code, that before the code.
 * RFC 4954 section 6 (codes), RFC 5248 (X.7.8 to X.7.14); texts of Gmail, Microsoft 365 and Amazon SES from their own pages.
 */
const AUTH_ROWS: readonly Row[] = [
  { codes: [421, 450, 451, 454, 535], text: /too many (login|auth|failed)/i, verdict: 'rate-limited' },
  { codes: [535], text: /authenticate too many times/i, verdict: 'rate-limited' },
  { codes: [421], verdict: 'throttled' },
  { codes: [454], text: /throttl/i, verdict: 'throttled' },
  { codes: [432], verdict: 'password-transition' },
  { codes: [500], enhanced: '5.5.6', verdict: 'auth-line-too-long' },
  { codes: [500, 502], verdict: 'not-supported' },
  { codes: [501], verdict: 'auth-syntax' },
  { codes: [503], verdict: 'bad-sequence' },
  { codes: [504], verdict: 'mechanism-unsupported' },
  { codes: [523, 538], verdict: 'tls-required' },
  { codes: [525], verdict: 'account-disabled' },
  { codes: [530], text: /starttls/i, verdict: 'tls-required' },
  { codes: [530], verdict: 'auth-required' },
  { codes: [534], text: /application-specific|app(lication)? password/i, verdict: 'app-password-required' },
  { codes: [534], enhanced: '5.7.14', verdict: 'interactive-challenge' },
  { codes: [534], text: /web browser/i, verdict: 'interactive-challenge' },
  { codes: [534], verdict: 'mechanism-too-weak' },
  { codes: [535], text: /SmtpClientAuthentication is disabled/i, verdict: 'auth-disabled-by-policy' },
  { codes: [535], enhanced: '5.7.139', verdict: 'blocked-by-conditional-access' },
  { codes: [535], text: /not subscribed/i, verdict: 'account-not-enabled' },
  { codes: [535], verdict: 'rejected' },
  { codes: [550], enhanced: '5.7.30', verdict: 'basic-auth-retired' },
];

/** The verdict of a reply that ended AUTH. Whatever is not in the table proves nothing about the credential. */
export function judgeAuthReply(reply: Reply): Verdict {
  const row = AUTH_ROWS.find((candidate) => matches(candidate, reply));
  if (row) return row.verdict;
  return isTransient(reply) ? 'temporary' : 'protocol-error';
}

/** 4yz: transient negative completion, RFC 5321 section 4.2.1. */
export function isTransient({ code }: Reply): boolean {
  return code >= 400 && code < 500;
}

function matches({ codes, enhanced, text }: Row, reply: Reply): boolean {
  if (!codes.includes(reply.code)) return false;
  if (enhanced !== undefined && enhanced !== reply.enhanced) return false;
  return text === undefined || text.test(reply.text);
}
