import type { ParsedSecret } from '../../credential/schema.ts';
import type { SecretDescription } from '../../credential/secret-reader.ts';
import type { Proof } from '../../credential/validation.ts';
import type { ServerFacts } from '../../probe/facts.ts';
import type { IssuedCredential } from '../../rotation/provider.ts';
import type { Gathered } from '../gathered.ts';
import type { SesFacts } from './ses.ts';

/** The deployment's own settings that some rules measure against. */
export interface Policy {
  readonly rotationDays: number;
  readonly overlapHours: number;
}

/** What the current version holds; `empty` before the first rotation of a secret without a value. */
export type SecretContent = ParsedSecret | { readonly kind: 'empty' };

/** All that the rules may look at for one credential. It holds the password (redacted) and never leaves memory. */
export interface CredentialFacts {
  /** Milliseconds since 1970. */
  readonly examinedAt: number;
  readonly policy: Policy;
  readonly description: SecretDescription;
  readonly content: Gathered<SecretContent>;
  readonly login: Gathered<Proof>;
  readonly server: Gathered<ServerFacts>;
  readonly keys: Gathered<readonly IssuedCredential[]>;
  readonly ses: SesFacts;
}
