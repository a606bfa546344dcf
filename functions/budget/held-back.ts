import type { HeldBackReason, LoginResult } from '../smtp/login-result.ts';
import { resultWith } from '../smtp/login-result.ts';
import type { Refusal } from './tally.ts';

/** The result of a login that was not let through: which limit it was, and the time after which one may be. */
export function heldBack(refusal: Refusal, now: number): LoginResult {
  const reason = refusal.kind === 'wait' ? 'under-way' : refusal.reason;
  const until = new Date(refusal.until).toISOString();
  const afterSeconds = Math.max(1, Math.ceil((refusal.until - now) / 1000));
  return {
    ...resultWith('held-back'),
    advice: `${ADVICE[reason]} Nothing is dialled before ${until}.`,
    retry: { allowed: true, afterSeconds },
    heldBack: { reason, until },
  };
}

const ADVICE: Readonly<Record<HeldBackReason, string>> = {
  failures:
    'Too many logins of this account failed lately, so none was tried: another failure could lock the account. Fix the secret and wait; how many may fail is the setting `loginBudget.failures`.',
  'host-failures':
    'Too many logins at this host failed lately, of all accounts together, so none was tried: another failure could have the host ban the addresses that Keyturn comes from. Find the secrets of this host that are refused and fix them; how many logins may fail is the setting `loginBudget.hostFailures`, and its last places are for secrets that have not failed.',
  throttled: 'The server asked lately to be left alone, so no login was tried. Log in less often.',
  'under-way':
    'So many logins of this account or host are under way that, should they fail, one more could lock it out. Try again when they have ended.',
};
