import { certificateChecks } from '../../../../functions/audit/checks/certificate.ts';
import { silent, withCertificate, withSession } from '../sound-facts.ts';
import { testChecks } from './table.ts';

const week = (from: string, until: string, daysLeft: number) =>
  withCertificate({
    validFrom: `2026-11-${from}T00:00:00Z`,
    validTo: `2026-11-${until}T00:00:00Z`,
    daysLeft,
  });

testChecks(certificateChecks, {
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
    ['past', withCertificate({ daysLeft: -1 }), 'fail'],
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
});
