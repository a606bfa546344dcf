import { known, missing } from '../../../../functions/audit/check.ts';
import type {
  Archive,
  ConfigurationSet,
  IngressPoint,
  IpPool,
  Reputation,
} from '../../../../functions/audit/subjects/ses.ts';
import { elsewhere, soundFacts, withAws, withSes } from '../sound-facts.ts';
import type { Cases } from './case.ts';

const ARCHIVE = 'arn:aws:ses:us-east-1:123456789012:mailmanager-archive/a-1';
const refused = missing('access-denied', 'AccessDeniedException');
const ORDERS: ConfigurationSet = {
  name: 'orders',
  tls: 'REQUIRE',
  pool: null,
  reputationMetrics: true,
  suppressed: null,
  archiveArn: ARCHIVE,
  events: ['BOUNCE', 'COMPLAINT'],
};
const own = (changes: Partial<ConfigurationSet>, ...others: Partial<ConfigurationSet>[]) =>
  withSes({
    configurationSets: known([
      { ...ORDERS, ...changes },
      ...others.map((other) => ({ ...ORDERS, name: 'other', ...other })),
    ]),
  });
const withoutSet = withAws({
  identity: known({
    name: 'example.com',
    configurationSet: null,
    keyLength: null,
    keyMadeAt: null,
    verificationError: null,
  }),
});
const rates = (changes: Partial<Reputation>) =>
  withSes({
    reputation: known({
      bounceRate: 0.01,
      complaintRate: 0,
      watched: ['Reputation.BounceRate', 'Reputation.ComplaintRate'],
      ...changes,
    }),
  });
const ips = (changes: Partial<IpPool>) =>
  withSes({ dedicatedIps: known({ orders: { managed: false, warm: 0, warming: 0, ...changes } }) });
const archive = (changes: Partial<Archive>) =>
  withSes({
    archives: known([{ arn: ARCHIVE, state: 'ACTIVE', ownKey: true, retention: 'ONE_YEAR', ...changes }]),
  });
const archives = (second: Partial<Archive>) => {
  const sound = { arn: ARCHIVE, state: 'ACTIVE', ownKey: true, retention: 'ONE_YEAR' };
  return { archives: known([sound, { ...sound, ...second }]) };
};
const twoArchives = (second: Partial<Archive>) =>
  withSes({
    configurationSets: known([ORDERS, { ...ORDERS, name: 'other', archiveArn: `${ARCHIVE}2` }]),
    ...archives({ arn: `${ARCHIVE}2`, ...second }),
  });
const ingress = (changes: Partial<IngressPoint>) =>
  withSes({
    ingressPoints: known([
      {
        name: 'inbound',
        status: 'ACTIVE',
        type: 'OPEN',
        tls: 'REQUIRED',
        defaultAction: 'DENY',
        ...changes,
      },
    ]),
  });

const UNKNOWN = [
  ['identity not known', withAws({ identity: refused }), 'access-denied'],
  ['configuration sets not known', withSes({ configurationSets: refused }), 'access-denied'],
  ['no identity', withSes({ identities: known({}) }), 'not-reached'],
  ['another region', withSes({ region: 'eu-west-1' }), 'other-region'],
  ['another provider', elsewhere(), 'not-applicable'],
] as const;

export const sesSendingCases: Cases = {
  'ses.tls-required': [
    ['required', {}, 'pass'],
    ['optional', own({ tls: 'OPTIONAL' }), 'fail'],
    ['optional in another set', own({}, { tls: 'OPTIONAL' }), 'fail', 'not REQUIRE in other.'],
    ['no default set', withoutSet, 'fail', 'so TLS to the recipient is optional'],
    ...UNKNOWN,
  ],
  'ses.reputation': [
    ['good and watched', {}, 'pass', 'Bounce rate 1.00 %, complaint rate 0.02 %'],
    ['no rates', rates({ bounceRate: null, complaintRate: null }), 'pass', 'No rates for the last day'],
    ['one rate', rates({ complaintRate: null }), 'pass', 'Bounce rate 1.00 %, complaint rate 0.00 %'],
    ['the other rate', rates({ bounceRate: null }), 'pass', 'Bounce rate 0.00 %'],
    ['bounces just below the review', rates({ bounceRate: 0.0499 }), 'pass'],
    ['bounces just below the pause', rates({ bounceRate: 0.0999 }), 'warn'],
    ['complaints just below the review', rates({ complaintRate: 0.00099 }), 'pass'],
    ['complaints just below the pause', rates({ complaintRate: 0.0049 }), 'warn'],
    ['bounces under review', rates({ bounceRate: 0.05 }), 'warn'],
    ['bounces that pause', rates({ bounceRate: 0.1 }), 'fail'],
    ['complaints under review', rates({ complaintRate: 0.001 }), 'warn'],
    ['complaints that pause', rates({ complaintRate: 0.005 }), 'fail'],
    ['one rate not watched', rates({ watched: ['Reputation.BounceRate'] }), 'warn'],
    ['metrics off in a set', own({}, { reputationMetrics: false }), 'warn', 'off in other.'],
    ['access denied', withSes({ reputation: refused }), 'access-denied'],
    ['configuration sets not known', withSes({ configurationSets: refused }), 'access-denied'],
    ['another provider', elsewhere(), 'not-applicable'],
  ],
  'ses.suppression': [
    ['by the account', {}, 'pass', 'The account suppresses'],
    ['by the set', own({ suppressed: ['BOUNCE', 'COMPLAINT'] }), 'pass', 'orders suppresses'],
    [
      'not by the set',
      own({ suppressed: [] }),
      'warn',
      'orders keeps sending to addresses after BOUNCE and COMPLAINT.',
    ],
    ['by the account, without a set', withoutSet, 'pass'],
    [
      'bounces only',
      withSes({ state: known({ production: true, enforcement: 'HEALTHY', suppressed: ['BOUNCE'] }) }),
      'warn',
    ],
    ['account not known', withSes({ state: refused }), 'access-denied'],
    ...UNKNOWN,
  ],
  'ses.events': [
    ['published', {}, 'pass'],
    ['deliveries only', own({ events: ['DELIVERY'] }), 'warn'],
    ['no default set', withoutSet, 'warn'],
    ...UNKNOWN,
  ],
  'ses.dedicated-ip': [
    ['a managed pool', {}, 'pass', 'manages the pool orders'],
    ['warm', ips({ warm: 2 }), 'pass'],
    ['warming up', ips({ warm: 1, warming: 1 }), 'warn', '1 of 2 '],
    ['a pool without addresses', ips({}), 'info'],
    ['shared, though others have a pool', own({ pool: null }), 'info'],
    [
      'addresses that nobody put into a pool of their own',
      {
        account: {
          ...soundFacts.account,
          ses: {
            ...soundFacts.account.ses,
            configurationSets: known([ORDERS]),
            dedicatedIps: known({ 'ses-default-dedicated-pool': { managed: false, warm: 1, warming: 0 } }),
          },
        },
      },
      'pass',
    ],
    ['access denied', withSes({ dedicatedIps: refused }), 'access-denied'],
    ...UNKNOWN,
  ],
  'ses.archive': [
    ['own key and retention', {}, 'pass', 'kept for TWO_YEARS.'],
    ['a key of AWS', archive({ ownKey: false }), 'warn'],
    ['no retention', archive({ retention: null }), 'warn'],
    ['about to go', archive({ state: 'PENDING_DELETION' }), 'fail'],
    ['gone', withSes({ archives: known([]) }), 'fail'],
    ['one for two configuration sets', own({}, {}), 'pass'],
    ['none', own({ archiveArn: null }), 'not-applicable'],
    ['archives not known', withSes({ archives: refused }), 'access-denied'],
    ...UNKNOWN,
    ['a key of AWS for one of two', twoArchives({ ownKey: false }), 'warn', 'AWS owned key'],
    ['no retention for one of two', twoArchives({ retention: null }), 'warn', 'no retention'],
    ['one of two about to go', twoArchives({ state: 'PENDING_DELETION' }), 'fail', 'about to be deleted'],
    [
      'another archive, that nothing uses',
      {
        account: {
          ...soundFacts.account,
          ses: { ...soundFacts.account.ses, ...archives({ arn: `${ARCHIVE}2`, ownKey: false }) },
        },
      },
      'pass',
    ],
  ],
  'ses.gateway': [
    ['TLS, and a policy that denies', ingress({}), 'pass'],
    ['authenticated', ingress({ type: 'AUTH', defaultAction: 'ALLOW' }), 'pass'],
    ['FIPS', ingress({ tls: 'FIPS' }), 'pass'],
    ['TLS optional', ingress({ tls: 'OPTIONAL' }), 'warn', 'TLS is optional at inbound.'],
    [
      'open, and allowed by default',
      ingress({ defaultAction: 'ALLOW' }),
      'warn',
      'inbound accepts mail from everybody',
    ],
    ['closed', ingress({ status: 'CLOSED', tls: 'OPTIONAL' }), 'not-applicable'],
    ['none', withSes({ ingressPoints: known([]) }), 'not-applicable'],
    [
      'TLS optional, and add-ons not known',
      {
        account: {
          ...soundFacts.account,
          ses: { ...soundFacts.account.ses, ...ingress({ tls: 'OPTIONAL' }).account?.ses, addOns: refused },
        },
      },
      'warn',
    ],
    ['no add-ons', withSes({ addOns: known([]) }), 'pass', 'without add-ons'],
    ['an add-on', {}, 'pass', 'with the add-ons Abusix Mail Intelligence'],
    ['add-ons not known', withSes({ addOns: refused }), 'access-denied'],
    ['access denied', withSes({ ingressPoints: refused }), 'access-denied'],
    ['another provider', elsewhere(), 'not-applicable'],
  ],
};
