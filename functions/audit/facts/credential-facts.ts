import type { DomainFacts } from '../../mail-domain/domain-facts.ts';
import type { IssuedCredential } from '../../providers/provider.ts';
import type { ParsedSecret } from '../../providers/secret.ts';
import type { SecretDescription } from '../../secrets/secret-reader.ts';
import type { LoginOutcome } from '../../smtp/login-result.ts';
import type { ServerFacts } from '../../smtp/probe/facts.ts';
import type { Remembered } from '../../table/items.ts';
import type { Gathered } from '../gathered.ts';
import type { OptIns } from '../opt-in.ts';
import type { AccountFacts } from './account.ts';
import type { AwsFacts } from './aws.ts';
import type { OptInFacts } from './opt-in-tests.ts';
import type { PreviousCredential } from './previous.ts';
import type { Rehearsal } from './rehearsal.ts';

/** The deployment's own settings that some rules measure against. */
export interface Policy {
  readonly rotationDays: number;
  readonly overlapHours: number;
  readonly soakHours: number;
  readonly optIns: OptIns;
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
  readonly login: Gathered<LoginOutcome>;
  /** What was said after the login, in its session. */
  readonly rehearsal: Rehearsal;
  readonly previous: Gathered<PreviousCredential>;
  readonly optIn: OptInFacts;
  readonly server: Gathered<ServerFacts>;
  readonly keys: Gathered<readonly IssuedCredential[]>;
  readonly account: AccountFacts;
  readonly aws: AwsFacts;
  /** The domain that it sends as. */
  readonly domain: Gathered<DomainFacts>;
  /** What the last audit saw; null for a credential that was never examined before. */
  readonly history: Remembered | null;
}
