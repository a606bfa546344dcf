import { known, missing } from '../../../../functions/audit/check.ts';
import { OPT_IN_CHECKS } from '../../../../functions/audit/settings.ts';
import type {
  CredentialFacts,
  OptInFacts,
  Rehearsal,
} from '../../../../functions/audit/subjects/credential.ts';
import { resultWith } from '../../../../functions/smtp/login-result.ts';
import type { Verdict } from '../../../../functions/smtp/verdicts.ts';
import { credential, elsewhere, soundFacts } from '../sound-facts.ts';
import type { Cases } from './case.ts';

const SES = credential.endpoint.host;
const reply = (code: number, text = 'Said') => ({ code, enhanced: null, text });

/** All of them agreed to, and what they came to. */
const agreed = (
  changes: Partial<CredentialFacts>,
  host = SES,
  recipient?: string,
): Partial<CredentialFacts> => ({
  settings: {
    ...soundFacts.settings,
    optIns: [{ host, checks: [...OPT_IN_CHECKS], ...(recipient && { recipient }) }],
  },
  ...changes,
});
const asked = (optIn: Partial<OptInFacts>) => agreed({ optIn: { ...soundFacts.optIn, ...optIn } });
const control = (verdict: Verdict) =>
  asked({ negativeControl: known({ result: resultWith(verdict), evidence: null }) });
const relayed = (command: 'MAIL' | 'RCPT', code: number) =>
  asked({ openRelay: known({ result: 'answered', command, code }) });
const heard = (rehearsal: Partial<Rehearsal>) => ({ rehearsal: { ...soundFacts.rehearsal, ...rehearsal } });
const own = (rehearsal: Partial<Rehearsal>) => agreed(heard(rehearsal), SES, 'ada@mailbox.example.org');

export const optInCases: Cases = {
  'cred.negative-control': [
    ['off', {}, 'not-applicable'],
    ['agreed to for another host only', agreed({}, 'mail.example.com'), 'not-applicable'],
    ['refused', control('rejected'), 'pass'],
    ['accepted', control('valid'), 'fail'],
    ['throttled', control('rate-limited'), 'throttled'],
    ['held back', control('held-back'), 'held-back'],
    ['no table of login budgets', asked({ negativeControl: missing('aws-error', 'Error') }), 'aws-error'],
    ['not tried', agreed({}), 'not-reached'],
  ],
  'cred.canary-send': [
    ['off', {}, 'not-applicable'],
    ['taken', agreed(heard({ canary: reply(250) })), 'pass'],
    ['access denied', agreed(heard({ canary: reply(554, 'Access denied') })), 'fail'],
    ['not now', agreed(heard({ canary: reply(454, 'Throttling failure') })), 'temporary'],
    ['the login failed', agreed({}), 'not-reached'],
    [
      'not Amazon SES, and no recipient',
      agreed(elsewhere({ from: 'orders@shop.example.com' }), 'mail.example.com'),
      'not-applicable',
    ],
  ],
  'smtp.open-relay': [
    ['off', {}, 'not-applicable'],
    ['refused at RCPT', relayed('RCPT', 554), 'pass'],
    ['refused at MAIL', relayed('MAIL', 530), 'pass'],
    ['taken', relayed('RCPT', 250), 'fail'],
    ['put off', relayed('RCPT', 450), 'temporary'],
    ['no answer', asked({ openRelay: known({ result: 'unknown', reason: 'closed' }) }), 'closed'],
    ['no recipient', asked({ openRelay: 'no-recipient' }), 'not-applicable'],
    ['not tried', agreed({}), 'not-reached'],
    ['MAIL taken, which proves nothing', relayed('MAIL', 250), 'temporary'],
    ['an answer that only asks for more', relayed('RCPT', 150), 'temporary'],
    ['a redirection', relayed('RCPT', 300), 'temporary'],
    ['the least of refusals', relayed('RCPT', 500), 'pass'],
    ['the least of acceptances', relayed('RCPT', 200), 'fail'],
  ],
  'smtp.bare-lf': [
    ['off', {}, 'not-applicable'],
    ['no recipient', agreed({}), 'not-applicable'],
    ['waited for the real end', own({ bareLf: 'none' }), 'pass'],
    ['refused', own({ bareLf: reply(521, 'Error: bare <LF> received') }), 'pass'],
    ['taken for the end', own({ bareLf: reply(250, 'Ok: queued') }), 'fail'],
    ['the login failed', own({}), 'not-reached'],
    ['put off', own({ bareLf: reply(400, 'Later') }), 'pass'],
  ],
};
