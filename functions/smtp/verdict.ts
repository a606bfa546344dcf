import { TOKEN_METHODS } from '../secrets/credential.ts';
import { meaningOf } from './advice.ts';
import type { Failure, LoginEvidence, Reply } from './evidence.ts';
import type { BrokenStage, Judgement, Verdict } from './judgement.ts';
import { networkVerdict, timeoutVerdict } from './network-verdict.ts';
import type { Reference } from './reference.ts';
import { referenceFor } from './references.ts';
import { isContradictory, ruleOn } from './reply-table.ts';
import { judgeCertificate, judgeHandshake } from './tls-verdict.ts';
import { tokenVerdict } from './token-verdict.ts';

/** What the evidence of one login means. Pure; the table is in reply-table.ts, the wording in advice.ts. */
export function judge(evidence: LoginEvidence): Judgement {
  return judgementOf(verdictOf(evidence));
}

/** A verdict with its meaning; for verdicts reached without a login too (`malformed-secret`, `no-login-yet`). */
export function judgementOf(verdict: Verdict): Judgement {
  return { verdict, ...meaningOf(verdict) };
}

/** Where the rule behind a verdict is written; null for what only Keyturn itself decides. */
export function referenceOf(evidence: LoginEvidence): Reference | null {
  const { failure, stage } = evidence;
  if (failure?.kind === 'reply') return ruleOn(stage, failure.reply).reference;
  return referenceFor(verdictOf(evidence));
}

function verdictOf(evidence: LoginEvidence): Verdict {
  const { failure, stage, authSent, reply } = evidence;
  if (failure) return stage === 'done' ? 'protocol-error' : failureVerdict(failure, stage, evidence);
  return stage === 'done' && authSent && isProof(reply) ? 'valid' : 'protocol-error';
}

function isProof(reply: Reply | null): boolean {
  return reply?.code === 235 && !isContradictory(reply);
}

function failureVerdict(failure: Failure, stage: BrokenStage, evidence: LoginEvidence): Verdict {
  const { endpoint } = evidence;
  switch (failure.kind) {
    case 'reply':
      return replyVerdict(failure, stage, evidence);
    case 'certificate':
      return judgeCertificate(failure.code, failure.issuerNamed);
    case 'tls':
      return judgeHandshake(failure.code);
    case 'network':
      return networkVerdict(failure.code, stage, endpoint);
    case 'timeout':
      return timeoutVerdict(stage, endpoint);
    case 'closed':
      return `closed:${stage}`;
    case 'forbidden':
      return `${failure.code}-not-allowed`;
    case 'no-common-mechanism':
      return 'mechanism-unsupported';
    case 'protocol':
      return 'protocol-error';
    default:
      return failure.kind;
  }
}

function replyVerdict(
  { reply, tokenStatus }: Extract<Failure, { kind: 'reply' }>,
  stage: BrokenStage,
  { used, tokenIssued }: LoginEvidence,
): Verdict {
  const { verdict } = ruleOn(stage, reply);
  const isToken = TOKEN_METHODS.some((method) => method === used);
  if (!isToken) return verdict;
  const judged = tokenVerdict(verdict, tokenStatus);
  return tokenIssued && judged === 'token-rejected' ? 'token-not-accepted' : judged;
}
