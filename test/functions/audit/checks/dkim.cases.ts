import { generateKeyPairSync } from 'node:crypto';
import { known, missing } from '../../../../functions/audit/check.ts';
import { ED25519, selectorOf, withDomain } from '../sound-domain.ts';
import { DAY, NOW, withAws } from '../sound-facts.ts';
import type { Case, Cases } from './case.ts';

const rsa = (bits: number, tags = '') => {
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength: bits });
  return `v=DKIM1; ${tags}p=${publicKey.export({ type: 'spki', format: 'der' }).toString('base64')}`;
};
const GOOD = rsa(2048);
const keys = (...texts: (string | null)[]) =>
  withDomain({ dkim: texts.map((text, index) => selectorOf(text, { name: `s${index}` })) });
const guessed = (text: string | null) =>
  withDomain({ dkim: [selectorOf(text, { name: 'default', source: 'well-known' })] });
const unread: Case = [
  'not read',
  withDomain({ dkim: [{ ...selectorOf(null), key: missing('timeout', 'DNS ETIMEOUT') }] }),
  'timeout',
];
const none: Case = ['no key', guessed(null), 'not-applicable'];
const configured = (...texts: (string | null)[]) =>
  texts.map((text, index) => selectorOf(text, { name: `c${index}`, source: 'configured' as const }));
const seen = (days: number, young = 'other') => ({
  history: {
    examinedAt: NOW - DAY,
    server: null,
    records: {
      'TXT token1._domainkey.shop.example.com': { sha256: 'aa', since: NOW - days * DAY },
      [`TXT ${young}._domainkey.shop.example.com`]: { sha256: 'bb', since: NOW - DAY },
    },
    firstSeen: {},
  },
});

const madeAt = (days: number, name = 'shop.example.com') => {
  const keyMadeAt = NOW - days * DAY;
  return withAws({
    identity: known({ name, configurationSet: null, keyLength: null, keyMadeAt, verificationError: null }),
  });
};

export const dkimCases: Cases = {
  'dkim.found': [
    ['a key of Amazon SES', {}, 'pass'],
    ['a key that was guessed', guessed(GOOD), 'pass'],
    ['a selector in use without a record', keys(GOOD, null), 'fail'],
    ['one selector that is configured, absent', withDomain({ dkim: configured(null) }), 'fail'],
    ['configured for this domain and others', withDomain({ dkim: configured(GOOD, null) }), 'pass'],
    [
      'configured for others, beside Amazon SES',
      withDomain({ dkim: [selectorOf(GOOD), ...configured(null)] }),
      'pass',
    ],
    [
      'configured, absent, and a key that was guessed',
      withDomain({
        dkim: [...configured(null), selectorOf(GOOD, { name: 'default', source: 'well-known' })],
      }),
      'fail',
    ],
    ['a key for other services than mail', keys(rsa(2048, 's=tlsrpt; ')), 'fail'],
    ['a key for all services', keys(rsa(2048, 's=*; ')), 'pass'],
    ['a blank before the version', keys(` ${GOOD}`), 'pass'],
    ['a key that cannot be read', keys('v=DKIM1; p=bm8ga2V5'), 'fail'],
    ['a record without a key', keys('v=DKIM1; k=rsa'), 'fail'],
    ['a type that nobody knows', keys('v=DKIM1; k=dsa; p=AAAA'), 'fail'],
    ['none that is usual', guessed(null), 'not-configured'],
    ['a wildcard that revokes all', guessed('v=DKIM1; p='), 'not-configured'],
    unread,
  ],
  'dkim.key-size': [
    ['Ed25519', {}, 'pass'],
    ['2048 bits', keys(GOOD), 'pass'],
    ['1024 bits', keys(GOOD, rsa(1024)), 'warn'],
    ['512 bits', keys(rsa(512)), 'fail'],
    ['only a revoked key', keys('v=DKIM1; p='), 'not-applicable'],
    none,
    unread,
  ],
  'dkim.revoked': [['not', {}, 'pass'], ['in use', keys('v=DKIM1; p='), 'fail'], none, unread],
  'dkim.testing': [['not', {}, 'pass'], ['t=y', keys(rsa(2048, 't=s:y; ')), 'warn'], none, unread],
  'dkim.hash': [
    ['all', {}, 'pass'],
    ['both', keys(rsa(2048, 'h=sha1:sha256; ')), 'pass'],
    ['SHA-1', keys(rsa(2048, 'h=sha1; ')), 'fail'],
    none,
    unread,
  ],
  'dkim.age': [
    ['a month', seen(30), 'pass'],
    ['more than a year', seen(366), 'warn'],
    ['a year ago, says Amazon SES', madeAt(366), 'warn'],
    ['a month ago, says Amazon SES, though seen for longer', { ...madeAt(30), ...seen(400) }, 'pass'],
    ['made for another identity', { ...madeAt(366, 'example.org'), ...seen(30) }, 'pass'],
    ['never seen before', {}, 'not-reached'],
    ['a year, but revoked', { ...keys('v=DKIM1; p='), ...seen(366) }, 'not-reached'],
    none,
    [
      'another key',
      { ...withDomain({ dkim: [selectorOf(ED25519, { name: 'new' })] }), ...seen(400) },
      'not-reached',
    ],
    ['a year', seen(365), 'pass', 'token1 365 days'],
    [
      'two keys, one of them old',
      {
        ...withDomain({ dkim: [selectorOf(ED25519), selectorOf(ED25519, { name: 'new' })] }),
        ...seen(366, 'new'),
      },
      'warn',
    ],
  ],
};
