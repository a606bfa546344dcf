import type { ErrorBody } from '../../functions/api/answer.ts';
import type { AuditPage } from '../../functions/api/audits.ts';
import type {
  CredentialHistory,
  CredentialList,
  CredentialSummary,
} from '../../functions/api/credentials.ts';
import type { OperationAnswer } from '../../functions/api/operation-state.ts';
import type { AuditSummary } from '../../functions/audit/report/report.ts';
import { resultWith } from '../../functions/smtp/login-result.ts';
import type { BatchAnswer, ValidationResult } from '../../functions/validation/contract.ts';

const endpoint = { host: 'email-smtp.eu-central-1.amazonaws.com', port: 465, security: 'tls' } as const;
const secretArn = 'arn:aws:secretsmanager:eu-central-1:111122223333:secret:keyturn/orders-AbCdEf';
const versionId = '7c8e2f4a-0b7d-4d51-9a6e-6f1f1c1a2b3c';

const valid: ValidationResult = {
  secretId: 'keyturn/orders',
  versionId,
  checkedAt: '2026-03-01T06:00:00.000Z',
  ...resultWith('valid'),
  authSent: true,
  endpoint,
  tls: {
    protocol: 'TLSv1.3',
    cipher: 'TLS_AES_128_GCM_SHA256',
    group: 'X25519',
    certificate: {
      subject: 'CN=email-smtp.eu-central-1.amazonaws.com',
      issuer: 'C=US, O=Amazon, CN=Amazon RSA 2048 M01',
      validTo: '2026-09-20T23:59:59.000Z',
      daysLeft: 203,
      fingerprint256: Array.from({ length: 32 }, () => 'A1').join(':'),
    },
  },
  auth: { offered: ['PLAIN', 'LOGIN'], used: 'PLAIN' },
  reply: { code: 235, enhanced: null, text: 'Authentication successful.' },
  timings: { dnsMs: 2, connectMs: 9, tlsMs: 21, authMs: 64, totalMs: 118 },
};

const unreachable: ValidationResult = {
  ...valid,
  checkedAt: '2026-03-02T06:00:00.000Z',
  ...resultWith('timeout:connect'),
  authSent: false,
  tls: null,
  auth: null,
  reply: null,
  timings: { dnsMs: 2, connectMs: null, tlsMs: null, authMs: null, totalMs: 26_000 },
};

const batch: BatchAnswer = {
  results: [
    valid,
    { secretId: 'mail/none', error: 'not-found', message: 'No such secret, or no such version of it.' },
  ],
};

const summary: CredentialSummary = {
  secretName: 'keyturn/orders',
  secretArn,
  credential: 'good',
  verdict: 'valid',
  checkedAt: valid.checkedAt,
  versionId,
  endpoint,
  certificateDaysLeft: 202,
  lastCheck: { verdict: unreachable.verdict, checkedAt: unreachable.checkedAt, versionId },
};

export const requests = {
  one: { value: { secretId: 'keyturn/orders' } },
  version: { value: { secretId: 'keyturn/orders', versionStage: 'AWSPREVIOUS' } },
  several: { value: { secretIds: ['keyturn/orders', 'mail/none'] } },
};

export const validations = {
  good: { value: valid },
  unknown: { value: unreachable },
  several: { value: batch },
};

export const list: CredentialList = { credentials: [summary], next: 'a2V5dHVybi9vcmRlcnM' };

const possibleFrom = '2026-03-06T05:00:00.000Z';
const full = `all 2 credentials of this user are taken, and a new one needs a place: AKIAIOSFODNN7EXAMPLE (in this secret, AWSCURRENT), AKIAI44QH8DHBEXAMPLE (in this secret, AWSPREVIOUS; replaced, in its overlap until 2026-03-03T05:00:00.000Z; gone at the earliest ${possibleFrom}). Possible from ${possibleFrom}, when retirement has removed what was replaced; if others may know a password, do not wait: keyturn compromised.`;

export const notPossible: ErrorBody = {
  error: 'not-possible',
  message: full,
  reason: 'no-slot',
  possibleFrom,
};

export const history: CredentialHistory = {
  ...summary,
  rotation: { possible: false, reason: 'no-slot', message: full, possibleFrom },
  history: [unreachable, valid],
  next: null,
};

export const audit: AuditSummary = {
  schemaVersion: 1,
  runId: '2026-03-01-d2b1',
  startedAt: '2026-03-01T06:00:00.000Z',
  finishedAt: '2026-03-01T06:01:40.000Z',
  score: 97,
  counts: { pass: 41, warn: 1, fail: 0, info: 3, unknown: 0, 'not-applicable': 5 },
  accepted: 0,
  credentials: 1,
  unexamined: 0,
  reportKey: 'audits/2026-03-01-d2b1/report.json',
  pageKey: 'audits/2026-03-01-d2b1/report.html',
  practices: [
    {
      number: 3,
      title: 'Regular rotation',
      counts: { pass: 2, warn: 1, fail: 0, info: 0, unknown: 0, 'not-applicable': 1 },
    },
  ],
  worst: [
    {
      check: 'secret.rotation-enabled',
      status: 'warn',
      secretName: 'keyturn/orders',
      secretArn,
      evidence: 'rotation is not configured',
      firstSeenAt: '2026-02-20T06:00:00.000Z',
      title: 'The secret is rotated',
      severity: 'medium',
      practices: [3],
      why: 'A password that never changes works for whoever once copied it.',
      remediation: 'Configure a rotation schedule for the secret.',
      reference: {
        title: 'Rotate AWS Secrets Manager secrets',
        url: 'https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotating-secrets.html',
      },
    },
  ],
};

export const page: AuditPage = {
  runId: audit.runId,
  url: 'https://keyturn-reports.s3.eu-central-1.amazonaws.com/audits/2026-03-01-d2b1/report.html?X-Amz-Expires=60&X-Amz-Signature=0a1b',
  expiresAt: '2026-03-01T08:01:00.000Z',
};

export const operationRequests = {
  rollback: {
    value: { operation: 'rollback', secretId: 'keyturn/orders', reason: 'The new key cannot send.' },
  },
  doctor: { value: { operation: 'doctor', secretId: 'keyturn/orders' } },
  accept: {
    value: {
      operation: 'accept-endpoint',
      secretId: 'keyturn/orders',
      endpoint: 'mail.example.com:465',
      reason: 'The mail server has moved.',
    },
  },
  remediation: { value: { operation: 'doctor', secretId: 'keyturn/orders', fix: true } },
};

export const requested: OperationAnswer = {
  operationId: '0f0c5a5e-5d3a-4a53-8f6b-2f4a4d7c9b10',
  operation: 'rollback',
  secretArn,
  fix: false,
  endpoint: null,
  reason: 'The new key cannot send.',
  caller: 'arn:aws:sts::111122223333:assumed-role/operator/ada',
  requestedAt: '2026-03-01T06:00:00.000Z',
  state: 'requested',
  result: null,
  message: null,
  steps: [],
  issues: [],
  timeline: [],
};

export const ended: OperationAnswer = {
  ...requested,
  state: 'succeeded',
  result: 'rolled-back',
  message: 'The previous credential is current again, proven by a login.',
  steps: [
    { at: '2026-03-01T06:00:01.000Z', step: 'plan', result: 'planned', durationMs: 0 },
    { at: '2026-03-01T06:00:02.000Z', step: `test:${versionId}`, result: 'proven', durationMs: 240 },
    { at: '2026-03-01T06:00:03.000Z', step: 'move-current', result: 'moved', durationMs: 31 },
  ],
};
