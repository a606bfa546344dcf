import { known, missing } from '../../../../functions/audit/check.ts';
import type { SendingAddress } from '../../../../functions/mail-domain/route-facts.ts';
import type { SpfResult } from '../../../../functions/mail-domain/spf/check-host.ts';
import { dmarcOf, evaluationOf, route, soundDomain, spfOf, surveyOf, withDomain } from '../sound-domain.ts';
import { denied } from '../sound-facts.ts';
import type { Case, Cases } from './case.ts';

const unreadRecord = { domain: 'shop.example.com', records: missing('timeout', 'DNS ETIMEOUT'), only: null };
const unread: Case = ['not read', withDomain({ spf: unreadRecord }), 'timeout'];
const records = (...texts: string[]) =>
  withDomain({ spf: { ...spfOf(), records: known(texts), only: texts.length === 1 ? spfOf().only : null } });
const none: Case = ['no record', records(), 'not-applicable'];
const softfail = { ...spfOf().only?.survey, all: '~' } as NonNullable<typeof soundDomain.spf.only>['survey'];
const softfailWith = (dmarc: typeof soundDomain.dmarc) =>
  withDomain({ spf: spfOf({ survey: softfail }), dmarc });

const address = (result: SpfResult): SendingAddress => ({
  address: '20.1.0.1',
  spf: { result, detail: '', lookups: 0, voids: 0 },
  confirmed: known([]),
});
const own = (...results: SpfResult[]) =>
  withDomain({
    route: { ...route, host: 'mail.example.com', provider: null, addresses: known(results.map(address)) },
  });
const through = (name: string, spf: string, mailFrom: 'sender' | 'service') =>
  withDomain({ envelope: null, route: { ...route, provider: { name, spf: [spf], mailFrom } } });
const writtenOut = (...ranges: (readonly [number, number])[]) =>
  withDomain({
    envelope: null,
    spf: spfOf({ survey: { ...softfail, included: [], ranges } }),
    route: {
      ...route,
      provider: { name: 'Google', spf: ['_spf.google.com'], mailFrom: 'sender' },
      providerRanges: [[20, 50]],
    },
  });
const halfRead = evaluationOf({ result: 'temperror', detail: 'DNS timeout' });
const partly: Case = ['a part of it not read', halfRead, 'dns-failed'];
const withoutAll = (result: SpfResult, all: '-' | null = null) =>
  withDomain({
    spf: spfOf({ survey: { ...softfail, all }, evaluation: { result, detail: '', lookups: 1, voids: 0 } }),
  });
const envelope = (changes: Parameters<typeof spfOf>[0]) =>
  withDomain({
    envelope: spfOf({ survey: { ...softfail, included: [] }, ...changes }, 'bounce.example.com'),
  });

export const spfCases: Cases = {
  'spf.present': [
    ['one', {}, 'pass'],
    ['none', records(), 'fail'],
    unread,
    ['no sender', { domain: missing('not-configured', 'the secret names no sender') }, 'not-configured'],
    ['a secret that may not be read', denied, 'access-denied'],
  ],
  'spf.single': [['one', {}, 'pass'], ['two', records('v=spf1 -all', 'v=spf1 a -all'), 'fail'], none, unread],
  'spf.syntax': [
    ['valid', {}, 'pass'],
    ['permerror', evaluationOf({ result: 'permerror', detail: 'Unknown mechanism ipv4' }), 'fail'],
    ['temperror', evaluationOf({ result: 'temperror', detail: 'DNS timeout' }), 'dns-failed'],
    none,
    unread,
    [
      'a permerror of several hundred letters',
      evaluationOf({ result: 'permerror', detail: 'x'.repeat(300) }),
      'fail',
      'x…"',
    ],
  ],
  'spf.lookups': [
    ['one', {}, 'pass'],
    ['eight', surveyOf({ lookups: 8 }), 'pass'],
    ['nine', surveyOf({ lookups: 9 }), 'warn'],
    ['ten', surveyOf({ lookups: 10 }), 'warn'],
    ['eleven', surveyOf({ lookups: 11 }), 'fail'],
    ['without end', surveyOf({ lookups: 40, cut: true }), 'fail'],
    ['eleven behind a macro', evaluationOf({ lookups: 11 }), 'fail'],
    partly,
    none,
    unread,
  ],
  'spf.void': [
    ['none', {}, 'pass'],
    ['two', evaluationOf({ voids: 2 }), 'pass'],
    ['three', evaluationOf({ voids: 3 }), 'fail'],
    partly,
    unread,
  ],
  'spf.mx-limit': [
    ['few', {}, 'pass'],
    ['eleven', surveyOf({ manyMx: ['example.com'] }), 'fail'],
    partly,
    unread,
  ],
  'spf.all': [
    ['-all', {}, 'pass'],
    ['+all', surveyOf({ all: '+' }), 'fail'],
    ['?all', surveyOf({ all: '?' }), 'warn'],
    ['none', withoutAll('neutral'), 'fail'],
    ['behind a macro, strangers fail', withoutAll('fail'), 'pass'],
    ['behind a redirect that was not read', withoutAll('temperror'), 'dns-failed'],
    ['-all, and an include that was not read', withoutAll('temperror', '-'), 'pass'],
    ['~all with DMARC enforced', softfailWith(soundDomain.dmarc), 'pass'],
    ['~all with p=none', softfailWith(dmarcOf('v=DMARC1; p=none')), 'warn'],
    ['~all with an unknown policy', softfailWith(missing('timeout', 'DNS ETIMEOUT')), 'timeout'],
    none,
    unread,
  ],
  'spf.ptr-mech': [['none', {}, 'pass'], ['ptr', surveyOf({ ptr: ['example.com'] }), 'warn'], partly, unread],
  'spf.size': [
    ['short', {}, 'pass'],
    ['450 octets', withDomain({ spf: spfOf({ text: `v=spf1 ${'a'.repeat(438)} -all` }) }), 'pass'],
    ['451 octets', withDomain({ spf: spfOf({ text: `v=spf1 ${'a'.repeat(439)} -all` }) }), 'warn'],
    ['long', withDomain({ spf: spfOf({ text: `v=spf1 ${'ip4:192.0.2.1 '.repeat(40)}-all` }) }), 'warn'],
    unread,
  ],
  'spf.breadth': [
    ['some', {}, 'pass'],
    ['a /16', surveyOf({ addresses: 65_536 }), 'pass'],
    ['more than a /16', surveyOf({ addresses: 65_537 }), 'warn'],
    partly,
    unread,
  ],
  'spf.covers-sender': [
    ['the MAIL FROM domain of Amazon SES includes it', {}, 'pass'],
    ['the MAIL FROM domain of Amazon SES does not', envelope({}), 'fail'],
    ['it has macros', envelope({ text: 'v=spf1 include:%{i}.spf.example.com -all' }), 'not-configured'],
    [
      'a part of it was not read',
      envelope({ evaluation: { result: 'temperror', detail: '', lookups: 1, voids: 0 } }),
      'dns-failed',
    ],
    ['no MAIL FROM domain of its own', withDomain({ envelope: null }), 'info'],
    ['another provider, included', through('Resend', 'amazonses.com', 'service'), 'pass'],
    ['a mailbox provider, all of whose addresses are written out', writtenOut([10, 99]), 'pass'],
    ['a mailbox provider, some of whose addresses are written out', writtenOut([10, 49]), 'warn'],
    ['a mailbox provider, not included', through('Google', '_spf.google.com', 'sender'), 'warn'],
    [
      'a service with a MAIL FROM of its own',
      through('SendGrid', 'sendgrid.net', 'service'),
      'not-configured',
    ],
    ['its own server passes', own('pass'), 'pass'],
    ['its own server fails', own('pass', 'fail'), 'fail', '20.1.0.1 gets fail'],
    ['its own server gets softfail', own('softfail'), 'warn'],
    ['its own server, and no record', own('none'), 'warn'],
    ['its own server, and the DNS fails', own('temperror'), 'dns-failed'],
    ['its own server has no public address', own(), 'not-configured'],
    ['the record of the MAIL FROM domain was not read', withDomain({ envelope: unreadRecord }), 'timeout'],
  ],
};
