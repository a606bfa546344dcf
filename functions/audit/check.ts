import type { Reference } from '../smtp/reference.ts';
import type { CredentialFacts } from './facts/credential-facts.ts';
import type { Outcome } from './outcome.ts';
import type { PracticeNumber } from './practices.ts';

/** What a rule looks at; `docs/checks.md` says it, and who may not read it gets `unknown`. */
export type Fact = 'secret' | 'value' | 'login' | 'server' | 'domain' | 'iam' | 'ses' | 'account' | 'history';

export type Severity = 'critical' | 'high' | 'medium' | 'low';

/** One question of the audit, with all that a reader of its finding needs. */
export interface Check {
  /** Of the form `family.subject`; public and stable. */
  readonly id: string;
  readonly practices: readonly PracticeNumber[];
  readonly title: string;
  readonly severity: Severity;
  readonly needs: readonly Fact[];
  /** What goes wrong otherwise, in plain words. */
  readonly why: string;
  readonly remediation: string;
  readonly reference: Reference;
  /** Pure: facts to outcome. */
  readonly rule: (facts: CredentialFacts) => Outcome;
}
