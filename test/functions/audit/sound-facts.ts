import { known, missing } from '../../../functions/audit/check.ts';
import { ALL_OFF } from '../../../functions/audit/facts/mail-host.ts';
import type { AccountFacts } from '../../../functions/audit/subjects/account.ts';
import type { AwsFacts, CredentialFacts } from '../../../functions/audit/subjects/credential.ts';
import type { SesFacts } from '../../../functions/audit/subjects/ses.ts';
import type { Security } from '../../../functions/net/endpoint.ts';
import type { Credential } from '../../../functions/providers/secret.ts';
import type { SecretDescription } from '../../../functions/secrets/description.ts';
import { Redacted } from '../../../functions/secrets/redacted.ts';
import type { LoginEvidence } from '../../../functions/smtp/evidence.ts';
import { resultOf } from '../../../functions/smtp/login-result.ts';
import type { ServerFacts, SessionFacts } from '../../../functions/smtp/probe/facts.ts';
import { NO_SURVEY } from '../../../functions/smtp/probe/survey.ts';
import type { RememberedServer } from '../../../functions/table/items.ts';
import { soundDomain } from './sound-domain.ts';

export const NOW = Date.parse('2026-11-24T06:00:00Z');
export const HOUR = 60 * 60 * 1000;
export const DAY = 24 * HOUR;
export const KEY_ID = 'AKIAEXAMPLE000000001';
const SES_PASSWORD = 'BM7xVt3QpKd9Zs2Wn8Yc4Rf6Tj1Lh5Gb0Ma3Ev7Xu9Qo';

const description: SecretDescription = {
  kind: 'found',
  arn: 'arn:aws:secretsmanager:us-east-1:123456789012:secret:keyturn/orders-AbCdEf',
  name: 'keyturn/orders',
  managed: true,
  tags: { 'keyturn:managed': 'true' },
  stages: { current: ['AWSCURRENT'], previous: ['AWSPREVIOUS'] },
  rotationEnabled: true,
  rotationFunction: null,
  schedule: { enabled: true, everyDays: 30, window: null, lastRotatedAt: null, nextRotationAt: null },
  kmsKeyId: 'arn:aws:kms:us-east-1:123456789012:key/1',
  createdAt: NOW - 100 * DAY,
  lastChangedAt: null,
  lastRotatedAt: NOW - 10 * DAY,
  nextRotationAt: NOW + 20 * DAY,
  deletedAt: null,
  replicas: [
    {
      region: 'us-west-2',
      status: 'InSync',
      kmsKeyId: 'arn:aws:kms:us-west-2:123456789012:key/2',
    },
  ],
};

export const credential: Credential = {
  endpoint: { host: 'email-smtp.us-east-1.amazonaws.com', port: 587, security: 'starttls' },
  username: KEY_ID,
  password: new Redacted(SES_PASSWORD),
  from: 'orders@shop.example.com',
  provider: { type: 'ses', userName: 'keyturn-orders', region: 'us-east-1' },
};

const session: SessionFacts = {
  protocol: 'TLSv1.3',
  chainError: null,
  issuerNamed: true,
  coversHost: true,
  cipher: 'TLS_AES_128_GCM_SHA256',
  group: 'X25519MLKEM768',
  signature: 'sha256WithRSAEncryption',
  keyFingerprint256: 'c0ffee',
  certificate: {
    subject: 'CN=email-smtp.us-east-1.amazonaws.com',
    issuer: 'CN=Amazon RSA 2048 M01',
    validFrom: '2026-10-01T00:00:00.000Z',
    validTo: '2027-02-01T00:00:00.000Z',
    daysLeft: 68,
    fingerprint256: 'AA:BB',
    keyType: 'rsa',
    keyBits: 2048,
  },
};

const evidence: LoginEvidence = {
  endpoint: { host: 'email-smtp.us-east-1.amazonaws.com', port: 587, security: 'starttls' },
  stage: 'done',
  failure: null,
  authSent: true,
  tls: {
    protocol: 'TLSv1.3',
    cipher: 'TLS_AES_128_GCM_SHA256',
    group: 'X25519',
    certificate: session.certificate,
  },
  offered: ['PLAIN', 'LOGIN'],
  used: 'PLAIN',
  greeting: 'localhost ESMTP',
  reply: { code: 235, enhanced: '2.7.0', text: 'Authentication successful' },
  timings: { dnsMs: 1, connectMs: 1, tlsMs: 1, authMs: 1, totalMs: 4 },
  stages: [{ stage: 'auth', ms: 1 }],
};

export const server: ServerFacts = {
  greeting: { code: 220, enhanced: null, text: 'email-smtp.amazonaws.com ESMTP SimpleEmailService-d-ABC' },
  plaintext: { starttls: true, mechanisms: [], overwritten: false, auth: 530, mail: 530 },
  session,
  mechanisms: ['PLAIN', 'LOGIN', 'XOAUTH2'],
  lookups: { vrfy: 252, expn: 502 },
  injection: { result: 'discarded' },
  handshakes: {
    SSLv3: { result: 'refused' },
    TLSv1: { result: 'refused' },
    'TLSv1.1': { result: 'refused' },
    'TLSv1.2': { result: 'accepted' },
    'TLSv1.3': { result: 'accepted' },
  },
  ciphers: {
    null: { result: 'refused' },
    anonymous: { result: 'refused' },
    export: { result: 'refused' },
    rc4: { result: 'refused' },
    des: { result: 'refused' },
    '3des': { result: 'refused' },
    'seed-idea': { result: 'refused' },
    dhe: { result: 'accepted' },
    'static-key': { result: 'refused' },
    cbc: { result: 'refused' },
    ecdhe: { result: 'accepted' },
  },
  dhBits: 2048,
  interrupted: null,
};

export const ses: SesFacts = {
  region: 'us-east-1',
  sendingEnabled: known(true),
  quota: known({ max24Hours: 50_000, sent24Hours: 1200 }),
  identities: known({
    'example.com': {
      verification: 'Success',
      dkimEnabled: true,
      dkimVerification: 'Success',
      dkimTokens: ['token1'],
      mailFrom: { domain: 'bounce.example.com', status: 'Success', onMxFailure: 'RejectMessage' },
    },
  }),
  state: known({ production: true, enforcement: 'HEALTHY', suppressed: ['BOUNCE', 'COMPLAINT'] }),
  configurationSets: known([
    {
      name: 'orders',
      tls: 'REQUIRE',
      pool: 'orders',
      reputationMetrics: true,
      suppressed: null,
      archiveArn: 'arn:aws:ses:us-east-1:123456789012:mailmanager-archive/a-1',
      events: ['BOUNCE', 'COMPLAINT', 'DELIVERY'],
    },
  ]),
  reputation: known({
    bounceRate: 0.01,
    complaintRate: 0.0002,
    watched: ['Reputation.BounceRate', 'Reputation.ComplaintRate'],
  }),
  dedicatedIps: known({ orders: { managed: true, warm: 2, warming: 0 } }),
  archives: known([
    {
      arn: 'arn:aws:ses:us-east-1:123456789012:mailmanager-archive/a-1',
      state: 'ACTIVE',
      ownKey: true,
      retention: 'TWO_YEARS',
    },
  ]),
  addOns: known(['Abusix Mail Intelligence']),
  ingressPoints: known([
    {
      name: 'inbound',
      status: 'ACTIVE',
      type: 'AUTH',
      tls: 'REQUIRED',
      defaultAction: 'DENY',
    },
  ]),
};

export const account: AccountFacts = {
  ses,
  functions: known([
    {
      name: 'Keyturn-Validate',
      own: true,
      runtime: 'nodejs24.x',
      changedAt: NOW - 30 * DAY,
      passwordVariables: [],
    },
    { name: 'shop', own: false, runtime: 'python3.13', changedAt: NOW - 400 * DAY, passwordVariables: [] },
  ]),
  plainParameters: known([]),
  taskVariables: known([]),
  stackOutputs: known([]),
  values: known({ reused: [], exposed: [], unread: [], complete: true }),
  readers: known({ since: NOW - 90 * DAY, bySecret: { 'keyturn/orders': ['role/shop'] } }),
  unread: known({}),
  logs: known({
    groups: [{ name: 'Keyturn-ValidateLogs', retentionDays: 90, ownKey: true }],
    leaks: {},
    addresses: {},
    complete: true,
  }),
  people: known({ withPassword: 3, withoutMfa: 0, rootMfa: true }),
  hands: known({
    table: 'Keyturn-Table',
    administrators: 2,
    principals: [
      {
        name: 'role/shop',
        statements: [{ Effect: 'Allow', Action: 'lambda:*', Resource: '*:function:shop' }],
      },
    ],
  }),
  trail: known(true),
  alarms: known([{ name: 'Keyturn-AuditFailed', acts: true }]),
  lastDrill: known(NOW - 30 * DAY),
  tableRecovery: known(true),
  tableExpiry: known(true),
};

const smtpPolicy = {
  Effect: 'Allow',
  Action: 'ses:SendRawEmail',
  Condition: { StringEquals: { 'ses:FromAddress': 'orders@shop.example.com' } },
};

const aws: AwsFacts = {
  policy: known({ document: null, objections: [] }),
  key: known({ state: 'Enabled', rotates: true }),
  identity: known({
    name: 'example.com',
    configurationSet: 'orders',
    keyLength: 'RSA_2048_BIT',
    keyMadeAt: null,
    verificationError: null,
  }),
  user: known({ statements: [smtpPolicy], groups: 0, console: false }),
  simulated: known('allowed'),
  breaches: known(0),
};

/** A credential of Amazon SES with which all is well; every check passes on it. */
export const soundFacts: CredentialFacts = {
  examinedAt: NOW,
  settings: { rotationDays: 30, overlapMs: 48 * HOUR, soakMs: 72 * HOUR, optIns: [] },
  description,
  content: known({ kind: 'credential', credential }),
  login: known({ result: resultOf(evidence), evidence }),
  rehearsal: { sender: { code: 250, enhanced: '2.1.0', text: 'Ok' }, canary: null, bareLf: null },
  previous: known({
    kind: 'not-tried',
    because: 'The replaced credential is still in its overlap or soak time.',
  }),
  optIn: ALL_OFF,
  server: known(server),
  keys: known([
    {
      id: KEY_ID,
      name: null,
      active: true,
      createdAt: NOW - 10 * DAY,
      lastUsedAt: NOW - HOUR,
      lastUsedBy: 'ses-smtp',
    },
  ]),
  account,
  aws,
  domain: known(soundDomain),
  history: null,
};

export const withCredential = (changes: Partial<Credential>): Partial<CredentialFacts> => ({
  content: known({ kind: 'credential', credential: { ...credential, ...changes } }),
});
export const withDescription = (changes: Partial<SecretDescription>): Partial<CredentialFacts> => ({
  description: { ...description, ...changes },
});
const proven = (shown: LoginEvidence) => known({ result: resultOf(shown), evidence: shown });
export const withLogin = (changes: Partial<LoginEvidence>): Partial<CredentialFacts> => ({
  login: proven({ ...evidence, ...changes }),
});
export const withServer = (changes: Partial<ServerFacts>): Partial<CredentialFacts> => ({
  server: known({ ...server, ...changes }),
});
export const withSession = (changes: Partial<SessionFacts>): Partial<CredentialFacts> =>
  withServer({ session: { ...session, ...changes } });
export const withCertificate = (changes: Partial<SessionFacts['certificate']>): Partial<CredentialFacts> =>
  withSession({ certificate: { ...session.certificate, ...changes } });
export const withSes = (changes: Partial<SesFacts>): Partial<CredentialFacts> => ({
  account: { ...account, ses: { ...ses, ...changes } },
});

export const withAccount = (changes: Partial<AccountFacts>): Partial<CredentialFacts> => ({
  account: { ...account, ...changes },
});
export const withAws = (changes: Partial<AwsFacts>): Partial<CredentialFacts> => ({
  aws: { ...aws, ...changes },
});

const SEEN: RememberedServer = {
  host: 'email-smtp.us-east-1.amazonaws.com',
  port: 587,
  seenAt: NOW - DAY,
  spki256: 'c0ffee',
  starttls: true,
  mechanisms: ['PLAIN', 'LOGIN', 'XOAUTH2'],
};
/** What the last audit saw of the same server. */
export const withMemory = (changes: Partial<RememberedServer> = {}): Partial<CredentialFacts> => ({
  history: { examinedAt: NOW - DAY, server: { ...SEEN, ...changes }, records: {}, firstSeen: {} },
});

/** A credential of another provider, which names neither sender nor IAM user. */
export const elsewhere = (changes: Partial<Credential> = {}): Partial<CredentialFacts> => ({
  content: known({
    kind: 'credential',
    credential: {
      endpoint: { host: 'mail.example.com', port: 465, security: 'tls' },
      username: 'ada',
      password: new Redacted('V8kq2LxZr9Tn4WsB'),
      ...changes,
    },
  }),
});
export const at = (host: string, port: number, security: Security): Partial<CredentialFacts> =>
  withCredential({ endpoint: { host, port, security } });
export const withPassword = (value: string): Partial<CredentialFacts> =>
  withCredential({ password: new Redacted(value) });

/** The server took the connection and never said a word. */
export const silent: Partial<CredentialFacts> = withServer({
  greeting: null,
  plaintext: null,
  session: null,
  mechanisms: null,
  lookups: { vrfy: null, expn: null },
  injection: null,
  ...NO_SURVEY,
  interrupted: { reason: 'timeout', code: 'no reply' },
});
export const denied: Partial<CredentialFacts> = {
  content: missing('access-denied', 'AccessDeniedException'),
};
export const malformed: Partial<CredentialFacts> = {
  content: known({ kind: 'malformed', path: '$.port', expected: 'a port number' }),
};
export const empty: Partial<CredentialFacts> = { content: known({ kind: 'empty' }) };
export const seed: Partial<CredentialFacts> = {
  content: known({
    kind: 'seed',
    endpoint: credential.endpoint,
    provider: { type: 'ses', userName: 'keyturn-orders', region: 'us-east-1' },
  }),
};
export const implicitTls = at('mail.example.com', 465, 'tls');
