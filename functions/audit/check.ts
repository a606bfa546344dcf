import type { CredentialFacts } from './facts/credential-facts.ts';
import type { Outcome } from './outcome.ts';
import type { PracticeNumber } from './practices.ts';

export type Severity = 'critical' | 'high' | 'medium' | 'low';

export interface Reference {
  readonly title: string;
  readonly url: string;
}

/** One question of the audit, with all that a reader of its finding needs. */
export interface Check {
  /** Of the form `family.subject`; public and stable. */
  readonly id: string;
  readonly practices: readonly PracticeNumber[];
  readonly title: string;
  readonly severity: Severity;
  /** What goes wrong otherwise, in plain words. */
  readonly why: string;
  readonly mend: string;
  readonly reference: Reference;
  /** Pure: facts to outcome. */
  readonly rule: (facts: CredentialFacts) => Outcome;
}

export function rfc(number: number, section: string): Reference {
  return {
    title: `RFC ${number}, section ${section}`,
    url: `https://www.rfc-editor.org/rfc/rfc${number}#section-${section}`,
  };
}

export function awsPage(title: string, path: string): Reference {
  return { title, url: `https://docs.aws.amazon.com/${path}` };
}
