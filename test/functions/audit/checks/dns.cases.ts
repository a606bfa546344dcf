import { known, missing } from '../../../../functions/audit/check.ts';
import { remember } from '../../../../functions/audit/run/memory.ts';
import type { SendingAddress } from '../../../../functions/mail-domain/route-facts.ts';
import type { CaaRecord } from '../../../../functions/net/dns/dns.ts';
import { route, spfOf, withDomain } from '../sound-domain.ts';
import { silent, soundFacts, withCertificate } from '../sound-facts.ts';
import type { Cases } from './case.ts';

const unread = missing('timeout', 'DNS ETIMEOUT');
const exchangers = (...hosts: string[]) =>
  withDomain({ mx: known(hosts.map((exchange) => ({ preference: 10, exchange }))) });
const own = (...addresses: Partial<SendingAddress>[]) => {
  const sound = { address: '20.1.0.1', confirmed: known(['mail.example.com']) };
  const spf = { result: 'pass', detail: '', lookups: 0, voids: 0 } as const;
  const list = addresses.map((changes) => ({ ...sound, spf, ...changes }));
  return withDomain({ route: { ...route, provider: null, addresses: known(list) } });
};
const caa = (...records: Partial<CaaRecord>[]) => {
  const sound = { critical: false, tag: 'issue', value: 'amazon.com' };
  return withDomain({ route: { ...route, caa: known(records.map((record) => ({ ...sound, ...record }))) } });
};

const history = remember(soundFacts, []);
const otherSpf = { ...spfOf(), records: known(['v=spf1 include:elsewhere.example -all']) };
const signed = known('secure' as const);

export const dnsCases: Cases = {
  'dns.mx': [
    ['one', {}, 'pass', 'one host'],
    ['two', exchangers('mx1.example.com', 'mx2.example.com'), 'pass', '2 hosts'],
    ['a null MX beside another', exchangers('', 'mx1.example.com'), 'pass'],
    ['only an address', withDomain({ mx: known([]) }), 'warn'],
    ['nothing', withDomain({ mx: known([]), hasAddress: known(false) }), 'fail'],
    ['it takes no mail', exchangers(''), 'not-applicable'],
    ['not read', withDomain({ mx: unread }), 'timeout'],
    ['none, and the address was not read', withDomain({ mx: known([]), hasAddress: unread }), 'timeout'],
  ],
  'dns.null-mx': [
    ['none', {}, 'pass'],
    ['a null MX', exchangers(''), 'warn'],
    ['a null MX beside another', exchangers('', 'mx1.example.com'), 'fail'],
    ['no MX', withDomain({ mx: known([]) }), 'not-applicable'],
    ['not read', withDomain({ mx: unread }), 'timeout'],
  ],
  'dns.ptr': [
    ['leads back', own({}), 'pass'],
    ['none', own({ confirmed: known([]) }), 'fail'],
    ['leads elsewhere', own({}, { address: '20.1.0.2', confirmed: known([]) }), 'fail'],
    ['not read', own({ confirmed: unread }), 'timeout'],
    ['one not read, another leads elsewhere', own({ confirmed: unread }, { confirmed: known([]) }), 'fail'],
    ['addresses of a provider', {}, 'not-applicable'],
    ['no public address', own(), 'not-configured'],
  ],
  'dns.caa': [
    ['the authority is allowed', {}, 'pass'],
    ['another is allowed', caa({ value: 'letsencrypt.org' }), 'warn', 'allows letsencrypt.org.'],
    ['an authority with parameters', caa({ value: ' amazon.com ; account=1' }), 'pass'],
    ['none is allowed', caa({ value: ';' }), 'warn', 'allows no CA.'],
    [
      'one of several is allowed',
      caa({ value: 'letsencrypt.org' }, { value: 'amazontrust.com; a=b' }),
      'pass',
    ],
    ['in capitals', caa({ tag: 'Issue', value: 'Amazon.COM' }), 'pass'],
    ['allowed for wildcards', caa({ value: 'letsencrypt.org' }, { tag: 'issuewild' }), 'pass'],
    ['a critical tag that nobody knows', caa({}, { critical: true, tag: 'tbs', value: 'x' }), 'warn'],
    ['a critical tag that all know', caa({}, { critical: true, tag: 'iodef', value: 'x' }), 'pass'],
    ['only reports', caa({ tag: 'iodef', value: 'https://example.com' }), 'pass'],
    ['no records', caa(), 'info'],
    ['an authority that is not known', withCertificate({ issuer: 'CN=Inner CA' }), 'not-configured'],
    ['no certificate seen', silent, 'not-reached'],
    ['not read', withDomain({ route: { ...route, caa: unread } }), 'timeout'],
  ],
  'dnssec.signed': [
    ['signed', {}, 'pass'],
    ['not signed', withDomain({ dnssec: known('insecure') }), 'info'],
    ['bogus', withDomain({ dnssec: known('bogus') }), 'fail'],
    ['the resolver does not answer', withDomain({ dnssec: missing('dns-failed', 'HTTP 500') }), 'dns-failed'],
  ],
  'dns.gateway': [
    ['all of a gateway', exchangers('eu-smtp-inbound-1.mimecast.com', 'mx0a-0012.pphosted.com'), 'pass'],
    ['Microsoft', exchangers('shop-example-com.mail.protection.outlook.com'), 'pass'],
    ['Amazon SES', exchangers('inbound-smtp.eu-west-1.amazonaws.com'), 'pass'],
    ['one beside it', exchangers('cluster1.eu.messagelabs.com', 'mx1.example.com'), 'warn'],
    ['none that is known', {}, 'info'],
    ['a null MX', exchangers(''), 'not-applicable'],
    ['not read', withDomain({ mx: unread }), 'timeout'],
  ],
  'dns.changed': [
    ['as they were', { history }, 'pass'],
    [
      'another SPF record',
      { history, ...withDomain({ spf: otherSpf, dnssec: known('insecure') }) },
      'warn',
      'TXT shop.example.com',
    ],
    [
      'another one in a signed zone',
      { history, ...withDomain({ spf: otherSpf, dnssec: signed }) },
      'info',
      'DNSSEC',
    ],
    [
      'MX records are gone',
      { history, ...withDomain({ mx: known([]), dnssec: unread }) },
      'warn',
      'MX shop.example.com',
    ],
    [
      'not read, and the others as they were',
      { history, ...withDomain({ mx: unread }) },
      'timeout',
      'MX shop.example.com',
    ],
    ['a first audit', {}, 'not-applicable'],
    ['another domain before', { history: { ...history, records: {} } }, 'not-applicable'],
  ],
};
