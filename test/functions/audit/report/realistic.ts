import { fail, info, type Outcome, unknown, warn } from '../../../../functions/audit/check.ts';
import type { Report, TrendPoint } from '../../../../functions/audit/report/report.ts';
import type { Examination, Examined, Finding } from '../../../../functions/audit/run/run.ts';
import type { AcceptedRisk } from '../../../../functions/audit/settings.ts';
import type { CertificateFacts } from '../../../../functions/net/certificate.ts';
import { DAY, elsewhere } from '../sound-facts.ts';
import { aggregate, examined, FINISHED, RUN } from './examinations.ts';

const ACCEPTED_RISKS: readonly AcceptedRisk[] = [
  {
    secret: 'legacy/scanner-fleet',
    check: 'tls.mode',
    reason: 'The scanners of building 4 speak nothing else; they are replaced in spring (FAC-2210).',
    owner: 'workplace-team',
    until: '2027-03-31',
  },
  {
    secret: 'marketing/newsletter',
    check: 'secret.cmk',
    reason: 'Moves to the shared key together with the account in January.',
    owner: 'growth',
    until: '2027-01-15',
  },
  {
    secret: 'intern/nagios',
    check: 'secret.rotation-enabled',
    reason: 'Until the new monitoring is live.',
    until: '2026-11-20',
  },
];

/** Twelve credentials of a company as one would meet them, examined by the whole catalogue: for eyes and browsers. */
export function realisticReport(): Report {
  const report = aggregate(RUN, EXAMINATIONS, FINISHED, ACCEPTED_RISKS);
  return { ...report, trend: [...trendUpTo(report.score ?? 0), ...report.trend] };
}

/** Of the nineteen runs before, against this one. */
const SCORES = [-15, -15, -14, -14, -15, -12, -12, -10, -10, -9, -11, -11, -8, -7, -7, -5, -5, -6, -3];
const START = Date.parse(RUN.startedAt);

function trendUpTo(score: number): TrendPoint[] {
  return SCORES.map((difference, index) => {
    const finishedAt = new Date(START - (SCORES.length - index) * DAY).toISOString();
    return { runId: `audit-${finishedAt.slice(0, 10)}`, finishedAt, score: score + difference };
  });
}

interface Server {
  readonly host: string;
  readonly issuer: string;
  readonly from: string;
  readonly to: string;
}

const SES: Server = {
  host: 'email-smtp.eu-central-1.amazonaws.com',
  issuer: 'CN=Amazon RSA 2048 M04,O=Amazon,C=US',
  from: '2026-08-11',
  to: '2027-09-09',
};
const SENDGRID: Server = {
  host: 'smtp.sendgrid.net',
  issuer: 'CN=GeoTrust TLS RSA CA G1',
  from: '2026-03-02',
  to: '2027-03-02',
};
const MAILGUN: Server = {
  host: 'smtp.eu.mailgun.org',
  issuer: 'CN=R11,O=Let’s Encrypt',
  from: '2026-10-20',
  to: '2027-01-18',
};
const MICROSOFT: Server = {
  host: 'smtp.office365.com',
  issuer: 'CN=DigiCert Cloud Services CA-1',
  from: '2026-05-06',
  to: '2027-05-05',
};
const RELAY: Server = {
  host: 'relay.corp.example',
  issuer: 'CN=Example Issuing CA 2',
  from: '2025-12-09',
  to: '2026-12-09',
};
const SCANNER: Server = {
  host: 'mail-gw-03.corp.example',
  issuer: 'CN=mail-gw-03.corp.example',
  from: '2024-11-28',
  to: '2026-11-28',
};
const ARCHIVE: Server = {
  host: 'smtp.archive.example',
  issuer: 'CN=E6,O=Let’s Encrypt',
  from: '2026-11-02',
  to: '2027-01-31',
};

function certificateOf({ host, issuer, from, to }: Server): CertificateFacts {
  const [sound] = [examined('sound').certificate];
  if (!sound) throw new Error('expected the sound facts to hold a certificate, got none');
  const daysLeft = Math.floor((Date.parse(to) - START) / DAY);
  const fingerprint256 = Buffer.from(host.padEnd(32).slice(0, 32)).toString('hex').toUpperCase();
  const dates = { validFrom: `${from}T00:00:00.000Z`, validTo: `${to}T12:00:00.000Z`, daysLeft };
  return { ...sound, subject: `CN=${host}`, issuer, ...dates, fingerprint256 };
}

type Changes = Readonly<Record<string, readonly [outcome: Outcome, daysAgo: number]>>;

/** All is well with a credential, but for `changes`. */
function credential(
  name: string,
  server: Server,
  changes: Changes = {},
  verdict: Examined['verdict'] = 'valid',
) {
  const endpoint = { host: server.host, port: 587, security: 'starttls' } as const;
  const sound = examined(name, server === SES ? {} : elsewhere({ endpoint }));
  const checks = new Set(sound.findings.map(({ check }) => check));
  for (const check of Object.keys(changes)) if (!checks.has(check)) throw new Error(`no check ${check}`);
  const findings = sound.findings.map((finding): Finding => {
    const [outcome, daysAgo = 0] = changes[finding.check] ?? [];
    return outcome ? { ...outcome, check: finding.check, firstSeenAt: firstSeen(outcome, daysAgo) } : finding;
  });
  const versionId = '6f1c0c5e-8f0b-4f0e-9d57-1f0a9f6f1c77';
  return { ...sound, versionId, endpoint, certificate: certificateOf(server), verdict, findings };
}

function firstSeen({ status }: Outcome, daysAgo: number): string | null {
  return status === 'fail' || status === 'warn' ? new Date(START - daysAgo * DAY).toISOString() : null;
}

const TLS_OLD = fail('The server accepts TLS 1.0, TLS 1.1, TLS 1.2.');
const NO_ROTATION = fail('RotationEnabled is false, or rotation was never configured.');
const AWS_KEY = warn('Encrypted with the AWS managed key aws/secretsmanager.');
const DENIED = unknown('access-denied', 'Not read: AccessDenied.');
const NO_PORT_25 = unknown('egress-blocked', 'The mail exchangers were not dialled.');

/** Of the domain that marketing sends as. */
const NEWS_DOMAIN: Changes = {
  'spf.lookups': [fail('12 of at most 10 DNS lookups.'), 27],
  'dmarc.policy': [warn('The policy is quarantine, by the record of news.example.com.'), 160],
  'dkim.key-size': [warn('s1: RSA of 1024 bits.'), 160],
  'mtasts.record': [info('news.example.com does not use MTA-STS.'), 0],
  'tlsrpt.present': [warn('No TLS reports.'), 160],
};

const RELAY_FAULTS: Changes = {
  'cert.expiry': [warn('Valid until 2026-12-09, 15 days left.'), 5],
  'tls.protocol.min': [TLS_OLD, 34],
  'tls.cipher': [
    warn('The server accepts no broken suite. A modern client gets TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA.'),
    34,
  ],
  'dane.tlsa': [NO_PORT_25, 0],
};

const EXAMINATIONS: readonly Examination[] = [
  credential('shop/orders', SES),
  credential('shop/receipts', SES, {
    'secret.rotation-age': [warn('Last changed 41 days ago; the limit is 30 days.'), 11],
  }),
  credential('shop/password-reset', SES, {
    'iam.smtp-user': [DENIED, 3],
    'iam.simulate': [DENIED, 3],
    'ses.reputation': [warn('Bounce rate 5.30 %, complaint rate 0.02 %.'), 1],
  }),
  credential('marketing/newsletter', SENDGRID, { ...NEWS_DOMAIN, 'secret.cmk': [AWS_KEY, 160] }),
  credential('marketing/surveys', MAILGUN, {
    ...NEWS_DOMAIN,
    'secret.cmk': [AWS_KEY, 160],
    'secret.strength': [
      fail(
        'It does not meet the policy: at least 15 characters, no user name, no host name, no placeholder, nothing that repeats itself.',
      ),
      87,
    ],
  }),
  credential('finance/invoices', MICROSOFT, {
    'auth.mechanisms': [warn('Under TLS the server offers LOGIN, NTLM, XOAUTH2.'), 64],
  }),
  credential('finance/dunning', MICROSOFT, {
    'auth.mechanisms': [info('Under TLS the server offers LOGIN, XOAUTH2.'), 0],
  }),
  credential('platform/alerts', RELAY, { ...RELAY_FAULTS, 'secret.rotation-enabled': [NO_ROTATION, 122] }),
  credential('platform/deploy-bot', RELAY, {
    ...RELAY_FAULTS,
    'secret.plaintext-env': [
      fail('This password is in plain text in an environment or an output, which is not named here.'),
      1,
    ],
  }),
  credential(
    'legacy/scanner-fleet',
    SCANNER,
    {
      'cert.expiry': [fail('Valid until 2026-11-28, 4 days left.'), 2],
      'cert.chain': [
        fail(
          'DEPTH_ZERO_SELF_SIGNED_CERT: The certificate is self-signed. Put it into `ca` if it is yours, or use one from a public authority.',
        ),
        201,
      ],
      'cert.key': [fail('rsa key of 1024 bits.'), 201],
      'cred.login': [unknown('tls-failed', 'No login over a connection that cannot be trusted.'), 201],
      'cred.login-tested': [unknown('tls-failed', 'AUTH was not sent.'), 201],
      'tls.mode': [fail('Port 25 with STARTTLS, required. Port 25 is not for submission.'), 201],
      'tls.protocol.min': [TLS_OLD, 201],
      'tls.cipher': [fail('The server accepts RC4, 3DES.'), 201],
      'smtp.injection': [
        fail('A command that was sent in the clear, along with STARTTLS, was answered under TLS.'),
        201,
      ],
      'smtp.banner': [
        warn(
          'The greeting names Postfix 3.4.13. That version is open to SMTP smuggling (CVE-2023-51764 and similar). Greetings can lie: take this as a hint.',
        ),
        201,
      ],
      'dane.tlsa': [NO_PORT_25, 0],
    },
    'tls-untrusted:self-signed',
  ),
  credential(
    'intern/nagios',
    ARCHIVE,
    {
      'cred.login': [fail('rejected: the server answered "535 5.7.8 Error: authentication failed".'), 6],
      'secret.rotation-enabled': [NO_ROTATION, 240],
      'secret.reuse': [fail('The same password is in intern/nagios-old.'), 12],
    },
    'rejected',
  ),
  credential('archive/journal', ARCHIVE, {
    'secret.replica': [info('The copy in eu-west-1 is being made.'), 0],
  }),
  {
    kind: 'unexamined',
    secretArn: 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:hr/onboarding-9fKq2L',
    reason: 'access-denied',
    detail: 'AccessDeniedException',
  },
];
