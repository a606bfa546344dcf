import type { Reference } from '../smtp/reference.ts';
import type { Outcome } from './outcome.ts';
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
