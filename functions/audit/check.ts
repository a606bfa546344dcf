import { known, missing, type Gathered as Of } from '../net/dns/dns.ts';
import { shownName } from '../observe/shown.ts';
import type { Reference } from '../smtp/reference.ts';
import type { CredentialFacts } from './subjects/credential.ts';

/** What a rule looks at, in words for people; who may not read it gets `unknown`. */
export const FACT_WORDS = {
  secret: 'the description of the secret',
  value: 'the value of the secret, in memory only',
  login: 'one login',
  server: 'a probe of the mail server',
  domain: 'DNS records of the domain',
  iam: 'the IAM user of the credential',
  ses: 'Amazon SES',
  account: 'settings of the AWS account',
  history: 'what the last audit saw',
} as const;

export type Severity = 'critical' | 'high' | 'medium' | 'low';

/** One question of the audit, with all that a reader of its finding needs. */
export interface Check {
  /** Of the form `family.subject`; public and stable. */
  readonly id: string;
  readonly practices: readonly PracticeNumber[];
  readonly title: string;
  readonly severity: Severity;
  readonly needs: readonly (keyof typeof FACT_WORDS)[];
  /** What goes wrong otherwise, in plain words. */
  readonly why: string;
  readonly remediation: string;
  readonly reference: Reference;
  /** Pure: facts to outcome. */
  readonly rule: (facts: CredentialFacts) => Outcome;
}

/** The nineteen practices that the audit answers to, by their public number. */
export const PRACTICES = {
  1: 'Strong passwords',
  2: 'Two-factor authentication',
  3: 'Regular rotation',
  4: 'No secrets in plain text',
  5: 'Validation over TLS',
  6: 'Rate limiting',
  7: 'Monitoring and logs',
  8: 'Dedicated IP addresses',
  9: 'Domain ownership',
  10: 'DMARC, DKIM and SPF',
  11: 'Educated users',
  12: 'E-mail gateways',
  13: 'Regular audits',
  14: 'Access control',
  15: 'Backup and disaster recovery',
  16: 'Software updates',
  17: 'Tested measures',
  18: 'Encrypted archives',
  19: 'Data protection',
} as const;

export type PracticeNumber = keyof typeof PRACTICES;

/** What serves a practice that no check can look at. */
export const SERVED_WITHOUT_CHECK: Readonly<Partial<Record<PracticeNumber, string>>> = {
  11: 'No check can tell whether people have understood. Every finding says why it matters, how to fix it and where that is written; a digest takes it to the owner of the secret.',
};

/** Why a check could not say pass or fail. Closed; `REASON_TEXT` words each. */
export const REASON_TEXT = {
  timeout: 'no answer in time',
  'egress-blocked': 'AWS blocks outbound port 25 from Lambda',
  'not-allowed': 'the network settings forbid this connection',
  unreachable: 'the server could not be reached',
  'dns-failed': 'the name servers gave no usable answer',
  closed: 'the server closed the connection',
  throttled: 'the other side asked to slow down',
  'held-back': 'the login budget of the account or the host is spent, so no login was tried',
  unconfirmed: 'refused once, and not confirmed yet',
  refused: 'the server refused this client',
  temporary: 'a temporary failure of the server',
  'tls-failed': 'the TLS handshake failed',
  'protocol-error': 'the answer was not valid SMTP',
  'not-reached': 'an earlier step failed',
  'not-configured': 'the secret does not say enough',
  'other-region': 'the audit reads Amazon SES in its own region only',
  'access-denied': 'the audit may not read this',
  'not-found': 'AWS does not know it',
  'own-reads': "Keyturn's own reads hide those of others",
  'aws-error': 'AWS answered with an error',
} as const;

export type UnknownReason = keyof typeof REASON_TEXT;

/** From what wants a person to what wants nobody. */
export const STATUSES = ['fail', 'warn', 'unknown', 'info', 'pass', 'not-applicable'] as const;
export type Status = (typeof STATUSES)[number];

/** A failure or a warning: what wants a person. */
export function isWorry({ status }: { readonly status: Status }): boolean {
  return status === 'fail' || status === 'warn';
}

/** What a rule decided. `evidence` says what was seen, in plain words, and holds no secret and no mail address. */
export type Outcome =
  | { readonly status: Exclude<Status, 'unknown'>; readonly evidence: string }
  | { readonly status: 'unknown'; readonly reason: UnknownReason; readonly evidence: string };

export const pass = (evidence: string): Outcome => ({ status: 'pass', evidence });
export const warn = (evidence: string): Outcome => ({ status: 'warn', evidence });
export const fail = (evidence: string): Outcome => ({ status: 'fail', evidence });
export const info = (evidence: string): Outcome => ({ status: 'info', evidence });
export const notApplicable = (evidence: string): Outcome => ({ status: 'not-applicable', evidence });
export const unknown = (reason: UnknownReason, evidence: string): Outcome => ({
  status: 'unknown',
  reason,
  evidence,
});

/** A fact, or why it is missing. */
export type Gathered<T> = Of<T, UnknownReason>;

export { known, missing };

/** AWS errors by name; IAM, Secrets Manager and SES spell their refusals differently. */
const AWS_REASONS: readonly (readonly [RegExp, UnknownReason])[] = [
  [/AccessDenied|NotAuthorized|UnauthorizedOperation/, 'access-denied'],
  [/Throttl|TooManyRequests|LimitExceeded|SlowDown/, 'throttled'],
  [/Timeout|AbortError/, 'timeout'],
  [/NotFound|NoSuchEntity/, 'not-found'],
];

/** Runs one AWS call; its failure is a fact like any other. */
export async function gather<T>(call: () => Promise<T>): Promise<Gathered<T>> {
  try {
    return known(await call());
  } catch (error) {
    const name = shownName(error);
    return missing(AWS_REASONS.find(([pattern]) => pattern.test(name))?.[1] ?? 'aws-error', name);
  }
}

/** Decides on a fact that is there; one that is missing is `unknown`, never pass or fail. */
export function decide<T>(fact: Gathered<T>, rule: (value: T) => Outcome): Outcome {
  return fact.known ? rule(fact.value) : unknown(fact.reason, `Not read: ${fact.detail}.`);
}
