import { known, missing } from '../../../../functions/audit/gathered.ts';
import { dmarcOf, withDomain } from '../sound-domain.ts';
import type { Cases } from './case.ts';

const tlsRpt = (...texts: string[]) => withDomain({ tlsRpt: known(texts) });
const bimi = (...texts: string[]) => withDomain({ bimi: known(texts) });
const unread = missing('timeout', 'DNS ETIMEOUT');

export const reportingCases: Cases = {
  'tlsrpt.present': [
    ['a mailbox', {}, 'pass', '1 place.'],
    [
      'a mailbox and a URL',
      tlsRpt('v=TLSRPTv1; rua=mailto:a@example.com, https://example.com/tls'),
      'pass',
      '2 places.',
    ],
    [
      'a mailbox and something else',
      tlsRpt('v=TLSRPTv1; rua=mailto:a@example.com,ftp://example.com/tls'),
      'fail',
    ],
    ['none, with MTA-STS', tlsRpt(), 'warn', 'though the domain uses MTA-STS'],
    [
      'none',
      withDomain({ tlsRpt: known([]), mtaSts: { records: known([]), policy: null } }),
      'warn',
      'No TLS reports.',
    ],
    [
      'none, and MTA-STS not read',
      withDomain({ tlsRpt: known([]), mtaSts: { records: unread, policy: null } }),
      'warn',
      'No TLS reports.',
    ],
    [
      'two records',
      tlsRpt('v=TLSRPTv1; rua=https://a.example/', 'v=TLSRPTv1; rua=https://b.example/'),
      'fail',
    ],
    ['the version in small letters', tlsRpt('v=tlsrptv1; rua=mailto:a@example.com'), 'fail'],
    ['no rua', tlsRpt('v=TLSRPTv1;'), 'fail'],
    ['http', tlsRpt('v=TLSRPTv1; rua=http://example.com/tls'), 'fail'],
    ['no scheme', tlsRpt('v=TLSRPTv1; rua=a@example.com'), 'fail'],
    ['no tag', tlsRpt('v=TLSRPTv1; rua=https://a.example/; hello'), 'fail'],
    ['not read', withDomain({ tlsRpt: unread }), 'timeout'],
  ],
  'bimi.record': [
    ['with DMARC', {}, 'pass'],
    ['declined', bimi('v=BIMI1; l=;'), 'pass'],
    ['without DMARC', withDomain({ dmarc: dmarcOf('v=DMARC1; p=none') }), 'warn'],
    ['a logo over http', bimi('v=BIMI1; l=http://example.com/logo.svg'), 'warn'],
    ['none', bimi(), 'info'],
    ['not read', withDomain({ bimi: unread }), 'timeout'],
    ['DMARC not read', withDomain({ dmarc: unread }), 'timeout'],
    [
      'a logo whose address only contains https',
      bimi('v=BIMI1; l=http://a.example/?https://b.example'),
      'warn',
    ],
  ],
};
