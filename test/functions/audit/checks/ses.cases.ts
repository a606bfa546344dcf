import { known, missing } from '../../../../functions/audit/check.ts';
import type { CredentialFacts } from '../../../../functions/audit/subjects/credential.ts';
import type { IdentityFacts, SendingState } from '../../../../functions/audit/subjects/ses.ts';
import { credential, elsewhere, withAws, withSes } from '../sound-facts.ts';
import type { Cases } from './case.ts';

const quota = (sent24Hours: number, max24Hours = 1000) =>
  withSes({ quota: known({ max24Hours, sent24Hours }) });
const identity = (changes: Partial<IdentityFacts>) =>
  withSes({
    identities: known({
      'shop.example.com': {
        verification: 'Success',
        dkimEnabled: true,
        dkimVerification: 'Success',
        dkimTokens: [],
        mailFrom: null,
        ...changes,
      },
    }),
  });
const state = (changes: Partial<SendingState>) =>
  withSes({ state: known({ production: true, enforcement: 'HEALTHY', suppressed: [], ...changes }) });
const mailFrom = (status: string, onMxFailure: string) =>
  identity({ mailFrom: { domain: 'bounce.example.com', status, onMxFailure } });
const keyLength = (length: string | null, name = 'example.com') =>
  withAws({
    identity: known({
      name,
      configurationSet: null,
      keyLength: length,
      keyMadeAt: null,
      verificationError: null,
    }),
  });
const refused = missing('access-denied', 'AccessDenied');
const { from: _from, ...withoutSender } = credential;
const senderless: Partial<CredentialFacts> = {
  content: known({ kind: 'credential', credential: withoutSender }),
};

export const sesCases: Cases = {
  'ses.account': [
    ['enabled', {}, 'pass'],
    ['in the sandbox', state({ production: false }), 'warn'],
    ['on probation', state({ enforcement: 'PROBATION' }), 'warn'],
    ['shut down', state({ enforcement: 'SHUTDOWN' }), 'fail'],
    ['paused', withSes({ sendingEnabled: known(false) }), 'fail'],
    ['access denied', withSes({ sendingEnabled: refused }), 'access-denied'],
    ['state not known', withSes({ state: refused }), 'access-denied'],
    ['another region', withSes({ region: 'eu-west-1' }), 'other-region'],
    ['another provider', elsewhere(), 'not-applicable'],
  ],
  'ses.quota': [
    ['room', quota(800), 'pass'],
    ['unlimited', quota(800, -1), 'pass'],
    ['nearly full', quota(801), 'warn'],
    ['full', quota(1000), 'fail'],
    ['throttled', withSes({ quota: missing('throttled', 'Throttling') }), 'throttled'],
    ['another provider', elsewhere(), 'not-applicable'],
  ],
  'ses.identity': [
    ['the parent domain is verified', {}, 'pass'],
    ['the domain is verified', identity({}), 'pass'],
    ['pending', identity({ verification: 'Pending' }), 'fail', 'Pending.'],
    [
      'failed, and Amazon SES says why',
      {
        ...identity({ verification: 'Failed' }),
        ...withAws({
          identity: known({
            name: 'shop.example.com',
            configurationSet: null,
            keyLength: null,
            keyMadeAt: null,
            verificationError: 'HOST_NOT_FOUND',
          }),
        }),
      },
      'fail',
      'HOST_NOT_FOUND',
    ],
    ['no identity', withSes({ identities: known({}) }), 'fail'],
    ['no sender in the secret', senderless, 'not-configured'],
    ['access denied', withSes({ identities: refused }), 'access-denied'],
    ['another provider', elsewhere(), 'not-applicable'],
  ],
  'ses.dkim': [
    ['the parent domain signs', {}, 'pass'],
    ['2048 bits', keyLength('RSA_2048_BIT'), 'pass', 'of 2048 bits'],
    ['1024 bits', keyLength('RSA_1024_BIT'), 'warn', 'of 1024 bits'],
    ['a key of its own', keyLength(null), 'pass', 'DKIM keys.'],
    ['the length of another identity', keyLength('RSA_1024_BIT', 'shop.example.com'), 'pass'],
    ['its length not known', withAws({ identity: refused }), 'access-denied'],
    ['off', identity({ dkimEnabled: false }), 'fail'],
    ['pending', identity({ dkimVerification: 'Pending' }), 'fail'],
    ['no identity', withSes({ identities: known({}) }), 'fail'],
    ['access denied', withSes({ identities: refused }), 'access-denied'],
    ['another provider', elsewhere(), 'not-applicable'],
  ],
  'ses.mail-from': [
    ['its own, or no mail', {}, 'pass'],
    ['none', identity({}), 'warn'],
    ['its own, if DNS answers', mailFrom('Success', 'UseDefaultValue'), 'warn'],
    ['no MX record', mailFrom('Failed', 'RejectMessage'), 'fail'],
    ['no identity', withSes({ identities: known({}) }), 'fail'],
    ['access denied', withSes({ identities: refused }), 'access-denied'],
    ['another region', withSes({ region: 'eu-west-1' }), 'other-region'],
    ['another provider', elsewhere(), 'not-applicable'],
  ],
};
