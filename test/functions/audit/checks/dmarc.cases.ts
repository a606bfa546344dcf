import { known, missing } from '../../../../functions/audit/check.ts';
import type { IdentityFacts } from '../../../../functions/audit/subjects/ses.ts';
import type { DmarcFacts } from '../../../../functions/mail-domain/dmarc/dmarc.ts';
import { dmarcOf, withDomain } from '../sound-domain.ts';
import { elsewhere, ses, withSes } from '../sound-facts.ts';
import type { Case, Cases } from './case.ts';

const RUA = 'rua=mailto:reports@example.com';
const record = (text: string, changes: Partial<DmarcFacts> = {}, at?: string) =>
  withDomain({ dmarc: dmarcOf(`v=DMARC1; ${text}`, changes, at) });
const above = (text: string, changes: Partial<DmarcFacts> = {}) => record(text, changes, 'example.com');
const none = withDomain({
  dmarc: known({
    steps: [{ domain: 'shop.example.com', texts: [], records: [] }],
    organization: 'shop.example.com',
    applied: null,
    exists: true,
    receivers: [],
  }),
});
const absent: Case = ['no record', none, 'not-applicable'];
const silence = missing('timeout', 'DNS ETIMEOUT');
const unread: Case = ['not read', withDomain({ dmarc: silence }), 'timeout'];
const consent = (consents: DmarcFacts['receivers'][number]['consents']) =>
  record(`p=reject; rua=mailto:a@collector.example`, {
    receivers: [{ domain: 'collector.example', consents }],
  });

const [sound] = ses.identities.known ? Object.values(ses.identities.value) : [];
const identity = (changes: Partial<IdentityFacts>, name = 'example.com') =>
  withSes({ identities: known({ [name]: { ...(sound as IdentityFacts), ...changes } }) });
const strict = (text: string) => above(`p=reject; ${text}`);

const bimi = (...texts: string[]) => withDomain({ bimi: known(texts) });

export const dmarcCases: Cases = {
  'dmarc.present': [
    ['its own', {}, 'pass'],
    ['that of the organization', above('p=reject'), 'pass'],
    ['none', none, 'fail'],
    unread,
  ],
  'dmarc.single': [
    ['one', {}, 'pass'],
    [
      'two',
      withDomain({
        dmarc: known({
          steps: [{ domain: 'shop.example.com', texts: ['', ''], records: [first(), first()] }],
          organization: 'shop.example.com',
          applied: null,
          exists: true,
          receivers: [],
        }),
      }),
      'fail',
    ],
    absent,
    unread,
  ],
  'dmarc.syntax': [
    ['well formed', {}, 'pass'],
    ['an unknown tag', record('p=reject; x=y'), 'pass'],
    ['an unknown policy', record('p=rejct'), 'fail'],
    ['a tag twice', record('p=none; p=reject'), 'fail'],
    ['no tag', record('p=reject; hello'), 'fail'],
    ['an empty tag', record('p=reject;; sp=none'), 'fail'],
    ['a report address without a scheme', record('p=reject; rua=reports.example.com'), 'fail'],
    absent,
    unread,
  ],
  'dmarc.policy': [
    ['reject', {}, 'pass'],
    ['quarantine', record('p=quarantine'), 'warn'],
    ['none', record('p=none'), 'fail', 'The policy is none, by the record of shop.example.com.'],
    ['missing', record(RUA), 'fail', 'since p= is missing'],
    ['reject under test', record('p=reject; t=y'), 'warn'],
    ['quarantine under test', record('p=quarantine; t=y'), 'fail'],
    ['sp= of the organization', above('p=reject; sp=none'), 'fail'],
    ['p= of the organization', above('p=reject'), 'pass'],
    ['sp= of its own record is for others', record('p=reject; sp=none'), 'pass'],
    ['an sp= that is not valid makes it none', record(`p=reject; sp=rejct; ${RUA}`), 'fail'],
    ['an np= that is not valid makes it none', above(`p=reject; np=x; ${RUA}`), 'fail'],
    ['sp= beside a p= that is not valid', above(`p=x; sp=reject; ${RUA}`), 'fail'],
    ['np= for a domain that is not there', above('p=none; np=reject', { exists: false }), 'pass'],
    ['np= for a domain that is there', above('p=none; np=reject'), 'fail'],
    absent,
    unread,
  ],
  'dmarc.removed-tags': [
    ['none', {}, 'pass'],
    ['pct', record('p=reject; pct=50'), 'warn'],
    ['a size', record('p=reject; rua=mailto:reports@example.com!10m'), 'warn'],
    absent,
    unread,
  ],
  'dmarc.rua': [['one', {}, 'pass'], ['none', record('p=reject'), 'warn'], absent, unread],
  'dmarc.rua-auth': [
    ['within the organization', {}, 'pass', 'stay within'],
    ['consent', consent(known(true)), 'pass', 'Consent from collector.example.'],
    ['no consent', consent(known(false)), 'fail', 'collector.example'],
    ['not read', consent(missing('timeout', 'DNS ETIMEOUT')), 'timeout'],
    ['no reports', record('p=reject'), 'not-applicable'],
  ],
  'dmarc.alignment': [
    ['both, relaxed', above('p=reject'), 'pass'],
    ['the MAIL FROM domain of Amazon SES', { ...above('p=reject'), ...identity({ mailFrom: null }) }, 'warn'],
    ['no DKIM', { ...above('p=reject'), ...identity({ dkimEnabled: false }) }, 'warn'],
    [
      'neither',
      { ...above('p=reject'), ...identity({ mailFrom: null, dkimEnabled: false }) },
      'fail',
      'DKIM authenticates no domain.',
    ],
    [
      'DKIM that is not verified',
      { ...above('p=reject'), ...identity({ dkimVerification: 'Pending' }) },
      'warn',
      'DKIM authenticates no domain.',
    ],
    [
      'an address as its identity',
      { ...above('p=reject'), ...identity({}, 'orders@shop.example.com') },
      'pass',
      'DKIM authenticates shop.example.com',
    ],
    ['strict, both of the domain above', strict('adkim=s; aspf=s'), 'fail'],
    ['strict for SPF only', strict('aspf=s'), 'warn'],
    [
      'strict, and DKIM of the very domain',
      { ...strict('adkim=s; aspf=s'), ...identity({}, 'shop.example.com') },
      'warn',
    ],
    ['no identity', { ...above('p=reject'), ...withSes({ identities: known({}) }) }, 'fail'],
    [
      'identities that may not be read',
      { ...above('p=reject'), ...withSes({ identities: missing('access-denied', 'AccessDenied') }) },
      'access-denied',
    ],
    ['another region', { ...above('p=reject'), ...withSes({ region: 'eu-west-1' }) }, 'other-region'],
    ['the organization was not found', record('p=reject', { organization: null }), 'dns-failed'],
    ['not of Amazon SES', elsewhere(), 'not-configured'],
    absent,
  ],
  'bimi.record': [
    ['with DMARC', {}, 'pass'],
    ['declined', bimi('v=BIMI1; l=;'), 'pass'],
    ['without DMARC', withDomain({ dmarc: dmarcOf('v=DMARC1; p=none') }), 'warn'],
    ['a logo over http', bimi('v=BIMI1; l=http://example.com/logo.svg'), 'warn'],
    ['none', bimi(), 'info'],
    ['not read', withDomain({ bimi: silence }), 'timeout'],
    ['DMARC not read', withDomain({ dmarc: silence }), 'timeout'],
    [
      'a logo whose address only contains https',
      bimi('v=BIMI1; l=http://a.example/?https://b.example'),
      'warn',
    ],
  ],
};

function first() {
  const dmarc = dmarcOf('v=DMARC1; p=reject');
  const [found] = dmarc.known ? (dmarc.value.applied?.records ?? []) : [];
  if (!found) throw new Error('no record');
  return found;
}
