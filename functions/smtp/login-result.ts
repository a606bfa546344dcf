import { TOKEN_METHODS } from '../secrets/credential.ts';
import type { BrokenStage, Failure, LoginEvidence, Reply } from './evidence.ts';
import type { Reference } from './reference.ts';
import { networkVerdict, timeoutVerdict } from './verdicts/connection.ts';
import { isContradictory, replyRow, tokenVerdict } from './verdicts/replies.ts';
import { certificateVerdict, handshakeVerdict } from './verdicts/tls.ts';
import { type CredentialState, entryOf, type Retry, type Verdict } from './verdicts.ts';

/**
 * Which limit held a login back: the failures of its account, those of all accounts of its host, a server that asked to be
 * left alone, or other logins under way that may still fail.
 */
export const HELD_BACK_REASONS = ['failures', 'host-failures', 'throttled', 'under-way'] as const;
export type HeldBackReason = (typeof HELD_BACK_REASONS)[number];

export interface HeldBack {
  readonly reason: HeldBackReason;
  /** ISO 8601: nothing is dialled before. */
  readonly until: string;
}

export interface LoginResult {
  readonly credential: CredentialState;
  readonly verdict: Verdict;
  readonly advice: string;
  readonly retry: Retry;
  /** With the verdict `held-back` only. */
  readonly heldBack?: HeldBack;
}

/** What came of trying a credential; without evidence when nothing was dialled. */
export interface LoginOutcome {
  readonly result: LoginResult;
  readonly evidence: LoginEvidence | null;
}

/** What came of a login, by its evidence. Pure. */
export function resultOf(evidence: LoginEvidence): LoginResult {
  return resultWith(verdictOf(evidence));
}

/** The result with a given verdict, for those reached without a login too (`malformed-secret`, `no-login-yet`). */
export function resultWith(verdict: Verdict): LoginResult {
  const { credential, advice, retry } = entryOf(verdict);
  return { verdict, credential, advice, retry };
}

/** Where the rule behind a verdict is written; null for what only Keyturn itself decides. */
export function referenceOf(evidence: LoginEvidence): Reference | null {
  const { failure, stage } = evidence;
  if (failure?.kind === 'reply') return replyRow(stage, failure.reply).reference;
  return entryOf(verdictOf(evidence)).reference;
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
      return certificateVerdict(failure.code, failure.issuerNamed);
    case 'tls':
      return handshakeVerdict(failure.code);
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
  const { verdict } = replyRow(stage, reply);
  const isToken = TOKEN_METHODS.some((method) => method === used);
  if (!isToken) return verdict;
  const ofToken = tokenVerdict(verdict, tokenStatus);
  return tokenIssued && ofToken === 'token-rejected' ? 'token-not-accepted' : ofToken;
}
