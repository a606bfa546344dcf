import { createHash } from 'node:crypto';

/** Names that the functions emit and the infrastructure watches: one place, so that they cannot drift apart. */

export const METRIC_NAMESPACE = 'Keyturn';
export const SERVICE = 'keyturn';

/** Every metric has the dimension `service`; those of a single credential also this one, with its secret's name. */
export const CREDENTIAL_DIMENSION = 'credential';

export const METRIC = {
  /** 1 for each login that a server answered with 235 over verified TLS, dimension `credential`. */
  provenLogin: 'ProvenLogin',
  validation: 'Validation',
  rotationSucceeded: 'RotationSucceeded',
  rotationFailed: 'RotationFailed',
  /** A person has to make the new credential; the rotate function fails all the same, so that Secrets Manager tries again. */
  rotationWaiting: 'RotationWaiting',
  /** The provider gives no more credentials: all slots are taken. */
  keyQuotaExhausted: 'KeyQuotaExhausted',
  /** 1 for each look at a secret whose rotation is missing. */
  rotationOverdue: 'RotationOverdue',
  retired: 'CredentialRetired',
  retirementFailed: 'RetirementFailed',
  /** A replaced credential that somebody still logs in with after the overlap, 1 for each and look. */
  replacedStillUsed: 'ReplacedCredentialStillUsed',
  auditCompleted: 'AuditCompleted',
  auditFailures: 'AuditFailures',
  auditUnexamined: 'AuditUnexamined',
  /** Findings that Security Hub, and digests that Amazon SES did not take. */
  auditNotTold: 'AuditNotTold',
  /** Not a count: the score of a run, 0 to 100. */
  auditScore: 'AuditScore',
  /** Not a count: days that a server's certificate is still valid, one value a credential and run. */
  certDaysLeft: 'CertDaysLeft',
} as const;

/** Stands for a secret's name in the environment of a function, which holds 4 KiB: hundreds of these, not of names. */
export function watchMark(secretName: string): string {
  return createHash('sha256').update(secretName).digest('hex').slice(0, 8);
}

/** What stays wrong is counted again after so many hours, by a look of retirement: its alarm looks back twice as long. */
export const TOLD_AGAIN_HOURS = 3;

/** Put by a person, in the same namespace, after the restore of the table was rehearsed (docs/operations.md). */
export const RESTORE_DRILL = 'RestoreDrill';

/** The event that a promotion puts on the default event bus; its detail holds the secret's ARN and nothing else. */
export const PROMOTED = { source: 'keyturn', detailType: 'Credential Promoted' } as const;

/** Only secrets that carry this tag may be read, by any role. */
export const MANAGED_TAG = { key: 'keyturn:managed', value: 'true' } as const;
export const OWNER_TAG = 'keyturn:owner';
/**
 * On a secret that holds what an administrator of a provider logs in with: the name of the one secret that it serves, or
 * the beginning, up to a slash, of the names of several. It is no credential to audit or to retire.
 */
export const ADMIN_TAG = 'keyturn:admin-for';
/**
 * On a credential's secret: where the deployment, or an administrator, lets its passwords go besides the provider's own
 * hosts (secrets/endpoint.ts). For more than one: tags whose key goes on after a colon.
 */
export const ENDPOINT_TAG = 'keyturn:endpoint';
/** On the IAM user of a SES credential, and as `key=value` on an Entra application: the full ARN of the one secret it belongs to. */
export const SECRET_TAG = 'keyturn:secret';
/** On a secret without any value: the IAM user whose keys its first rotation shall mint for Amazon SES. */
export const USER_TAG = 'keyturn:iam-user';
/** Path of the IAM users whose keys Keyturn may rotate. */
export const USER_PATH = '/keyturn/';

/** How often retirement asks what is due. */
export const RETIRE_EVERY_MINUTES = 15;

/** Environment variables set by the infrastructure and read by `functions/environment.ts`. */
export const ENVIRONMENT = {
  /** The name of the stack, with which the names of all its resources begin. */
  stack: 'KEYTURN_STACK',
  table: 'KEYTURN_TABLE',
  bucket: 'KEYTURN_BUCKET',
  overlapHours: 'KEYTURN_OVERLAP_HOURS',
  soakHours: 'KEYTURN_SOAK_HOURS',
  rotationDays: 'KEYTURN_ROTATION_DAYS',
  /** ARN of the rotation function; for the operations only. */
  rotateFunction: 'KEYTURN_ROTATE_FUNCTION',
  /** ARN of the state machine that retires; for the function retire-due only. */
  retirementMachine: 'KEYTURN_RETIREMENT_MACHINE',
  /** Marks (`watchMark`) of the secrets that have a dead-man alarm, with commas between. */
  watched: 'KEYTURN_WATCHED',
  /** Mail servers' ports and CIDR blocks that may be dialled besides the usual ones, with commas between; or `none`. */
  ports: 'KEYTURN_PORTS',
  networks: 'KEYTURN_NETWORKS',
  /** How many logins may fail: of one account, and of all accounts of one host; in a window of so many minutes. */
  loginFailures: 'KEYTURN_LOGIN_FAILURES',
  loginHostFailures: 'KEYTURN_LOGIN_HOST_FAILURES',
  loginWindowMinutes: 'KEYTURN_LOGIN_WINDOW_MINUTES',
  reportRetentionDays: 'KEYTURN_REPORT_RETENTION_DAYS',
  /** JSON: hosts and what the audit may do there (audit/settings.ts). */
  auditOptIn: 'KEYTURN_AUDIT_OPT_IN',
  /** Of the audit: `address` or `address:port`, with commas between; or `none` for those of the network. */
  nameServers: 'KEYTURN_NAME_SERVERS',
  /** URL of a resolver that validates DNSSEC (RFC 8484). */
  dnsOverHttps: 'KEYTURN_DNS_OVER_HTTPS',
  /** With commas between, or `none`. */
  dkimSelectors: 'KEYTURN_DKIM_SELECTORS',
  /** `on` or `off`, and an address or `none`; for the function audit-notify only. */
  securityHub: 'KEYTURN_SECURITY_HUB',
  digestFrom: 'KEYTURN_DIGEST_FROM',
} as const;

/**
 * Of every answer of the API, those of the gateway itself too. They tell of credentials: nothing on the way may keep one,
 * take it for another type, or have it fetched without TLS (RFC 6797; two years, as browsers' preload list wants it).
 */
export const ANSWER_HEADERS = {
  'cache-control': 'no-store',
  'strict-transport-security': 'max-age=63072000; includeSubDomains',
  'x-content-type-options': 'nosniff',
} as const;

/** Keys in the report bucket. */
export const REPORT = {
  latest: 'audits/latest.json',
  plan: (runId: string) => `audits/${runId}/plan.jsonl`,
  /** What the plan knows of the account, for all batches: a copy in each would outgrow Step Functions. */
  account: (runId: string) => `audits/${runId}/account.json`,
  result: (runId: string, batch: number) => `audits/${runId}/results/${batch}.json`,
  /** Of the one that stands there in its batch, when each of it was examined alone; from 0 on. */
  resultOfOne: (runId: string, batch: number, at: number) => `audits/${runId}/results/${batch}/${at}.json`,
  summary: (runId: string) => `audits/${runId}/summary.json`,
  json: (runId: string) => `audits/${runId}/report.json`,
  html: (runId: string) => `audits/${runId}/report.html`,
  /** Of all credentials, when they are too many for the page; from 1 on. */
  credentials: (runId: string, page: number | '*') => `audits/${runId}/credentials/${page}.html`,
} as const;
