import { at, silent, withCertificate, withMemory, withSession } from '../sound-facts.ts';
import type { Cases } from './case.ts';

const week = (from: string, until: string, daysLeft: number) =>
  withCertificate({
    validFrom: `2026-11-${from}T00:00:00Z`,
    validTo: `2026-11-${until}T00:00:00Z`,
    daysLeft,
  });
const lifetime = (from: string, until: string) =>
  withCertificate({ validFrom: `${from}T00:00:00.000Z`, validTo: `${until}T00:00:00.000Z` });

export const certificateCases: Cases = {
  'cert.chain': [
    ['trusted', {}, 'pass'],
    ['expired', withSession({ chainError: 'CERT_HAS_EXPIRED' }), 'fail'],
    ['self-signed', withSession({ chainError: 'DEPTH_ZERO_SELF_SIGNED_CERT' }), 'fail'],
    ['something OpenSSL may say one day', withSession({ chainError: 'CERT_OF_A_NEW_KIND' }), 'fail'],
    ['no session', silent, 'timeout'],
  ],
  'cert.hostname': [
    ['covered', {}, 'pass'],
    ['not covered', withSession({ coversHost: false }), 'fail'],
    ['no session', silent, 'timeout'],
  ],
  'cert.expiry': [
    ['far away', {}, 'pass'],
    ['less than three weeks', withCertificate({ daysLeft: 20 }), 'warn'],
    ['three weeks', withCertificate({ daysLeft: 21 }), 'pass'],
    ['less than a week', withCertificate({ daysLeft: 6 }), 'fail'],
    ['past', withCertificate({ daysLeft: -1 }), 'fail', 'Expired on 2027-02-01.'],
    ['on its last day', withCertificate({ daysLeft: 0 }), 'fail', '0 days left'],
    ['a week', withCertificate({ daysLeft: 7 }), 'warn'],
    ['one that lives for a week, in its first days', week('23', '30', 5), 'pass'],
    ['one that lives for a week and should have been renewed', week('18', '25', 1), 'warn'],
    ['no session', silent, 'timeout'],
  ],
  'cert.key': [
    ['RSA 2048', {}, 'pass'],
    ['P-256', withCertificate({ keyType: 'ec', keyBits: 256 }), 'pass'],
    ['Ed25519', withCertificate({ keyType: 'ed25519', keyBits: null }), 'pass'],
    ['RSA 1024', withCertificate({ keyBits: 1024 }), 'fail'],
    ['an unusual curve', withCertificate({ keyType: 'ec', keyBits: null }), 'warn'],
    ['DSA', withCertificate({ keyType: 'dsa', keyBits: 2048 }), 'fail'],
    ['no session', silent, 'timeout'],
  ],
  'cert.sigalg': [
    ['SHA-256', {}, 'pass'],
    ['Ed25519', withSession({ signature: 'ED25519' }), 'pass'],
    ['SHA-1', withSession({ signature: 'sha1WithRSAEncryption' }), 'fail'],
    ['SHA-1 with ECDSA', withSession({ signature: 'ecdsa-with-SHA1' }), 'fail'],
    ['SHA-1 with PSS', withSession({ signature: 'RSASSA-PSS with SHA-1' }), 'fail'],
    ['PSS', withSession({ signature: 'RSASSA-PSS' }), 'pass'],
    ['MD5', withSession({ signature: 'md5WithRSAEncryption' }), 'fail'],
    ['no session', silent, 'timeout'],
  ],
  'cert.lifetime': [
    ['four months', {}, 'pass'],
    ['ten months, in 2026', lifetime('2026-04-01', '2027-02-01'), 'info'],
    ['ten months, before', lifetime('2026-01-01', '2026-11-30'), 'pass'],
    ['ten years', lifetime('2020-10-01', '2030-10-01'), 'info'],
    ['two years, in 2019', lifetime('2019-01-01', '2021-01-01'), 'pass'],
    ['ten years, from 2019', lifetime('2019-01-01', '2029-01-01'), 'info'],
    ['twenty years, from 2014', lifetime('2014-01-01', '2034-01-01'), 'info'],
    ['100 days, from 2027', lifetime('2027-04-01', '2027-07-10'), 'pass'],
    ['101 days, from 2027', lifetime('2027-04-01', '2027-07-11'), 'info'],
    ['no session', silent, 'timeout'],
    ['exactly ten months from the day of the shorter limit', lifetime('2026-03-15', '2026-10-01'), 'pass'],
    ['a day longer', lifetime('2026-03-15', '2026-10-02'), 'info', 'limited to 200'],
  ],
  'cert.changed': [
    ['the same key', withMemory(), 'pass'],
    ['another, trusted', withMemory({ spki256: 'decade' }), 'info'],
    [
      'another, not trusted',
      { ...withMemory({ spki256: 'decade' }), ...withSession({ chainError: 'SELF_SIGNED_CERT_IN_CHAIN' }) },
      'warn',
    ],
    ['another server before', withMemory({ host: 'old.example.com' }), 'not-applicable'],
    ['another port before', withMemory({ port: 465 }), 'not-applicable'],
    [
      'the same key, and a host in capitals',
      { ...at('Email-SMTP.us-east-1.amazonaws.com', 587, 'starttls'), ...withMemory() },
      'pass',
    ],
    ['never seen before', {}, 'not-applicable'],
    ['no session', silent, 'timeout'],
  ],
};
