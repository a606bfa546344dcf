import type { Judgement } from '../smtp/judgement.ts';
import { judgementOf } from '../smtp/verdict.ts';
import type { Admission } from './account.ts';

type Refused = Exclude<Admission, { kind: 'go' }>;

/** The judgement of a login that was not let through, with the time after which one may be. */
export function heldBack(refused: Refused, now: number): Judgement {
  const judgement = judgementOf('held-back');
  const afterSeconds = Math.max(1, Math.ceil((refused.until - now) / 1000));
  return { ...judgement, advice: advice(refused, judgement.advice), retry: { allowed: true, afterSeconds } };
}

function advice(refused: Refused, tooManyFailures: string): string {
  if (refused.kind === 'wait') {
    return 'So many logins of this account are under way that, should they fail, one more could lock it. Try again when they have ended.';
  }
  const why =
    refused.reason === 'failures'
      ? tooManyFailures
      : 'The server asked lately to be left alone, so no login was tried. Log in less often.';
  return `${why} Nothing is dialled before ${new Date(refused.until).toISOString()}.`;
}
