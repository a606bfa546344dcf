import { meaningOf } from './advice.ts';
import type { Failure, LoginEvidence, Reply, Stage } from './evidence.ts';
import type { Judgement, Verdict } from './judgement.ts';
import { isTransient, judgeAuthReply } from './reply-table.ts';
import { judgeCertificate, judgeHandshake } from './tls-verdict.ts';

/** What the evidence of one login means. Pure; the table is in reply-table.ts, the wording in advice.ts. */
export function judge(evidence: LoginEvidence): Judgement {
  return judgementOf(verdictOf(evidence));
}

/** A verdict with its meaning; for verdicts reached without a login too (`malformed-secret`, `no-login-yet`). */
export function judgementOf(verdict: Verdict): Judgement {
  return { verdict, ...meaningOf(verdict) };
}

function verdictOf({ failure, stage, authSent, reply }: LoginEvidence): Verdict {
  if (failure) return failureVerdict(failure, stage);
  return authSent && reply?.code === 235 ? 'valid' : 'protocol-error';
}

function failureVerdict(failure: Failure, stage: Stage): Verdict {
  switch (failure.kind) {
    case 'reply':
      return replyVerdict(failure.reply, stage);
    case 'certificate':
      return judgeCertificate(failure.code);
    case 'tls':
      return judgeHandshake(failure.code);
    case 'network':
      return failure.code === 'ETIMEDOUT' ? 'timeout' : 'unreachable';
    case 'no-common-mechanism':
      return 'mechanism-unsupported';
    case 'protocol':
      return 'protocol-error';
    default:
      return failure.kind;
  }
}

function replyVerdict(reply: Reply, stage: Stage): Verdict {
  if (stage === 'auth') return judgeAuthReply(reply);
  if (stage === 'starttls') return isTransient(reply) ? 'tls-unavailable' : 'starttls-missing';
  if (reply.code === 421) return 'throttled';
  return isTransient(reply) ? 'temporary' : 'server-refused';
}
