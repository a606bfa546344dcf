import type { Gathered } from '../gathered.ts';
import type { EncryptionKey } from './encryption-key.ts';
import type { SendingIdentity } from './ses.ts';

/** The resource policy of one secret. */
export interface SecretPolicy {
  /** Null: there is none. */
  readonly document: PolicyDocument | null;
  /** What Secrets Manager's own validation objects to. */
  readonly objections: readonly string[];
}

/** As far as the audit looks at it; IAM's grammar allows one string for a list. */
export interface PolicyDocument {
  readonly Statement: readonly PolicyStatement[];
}

export interface PolicyStatement {
  readonly Effect: string;
  readonly Principal?: '*' | Readonly<Record<string, string | readonly string[]>>;
  readonly NotPrincipal?: unknown;
  readonly Action?: string | readonly string[];
  readonly NotAction?: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly NotResource?: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** The IAM user whose access key an SMTP user of Amazon SES is. */
export interface SmtpUser {
  /** Of its inline and attached policies. */
  readonly statements: readonly PolicyStatement[];
  /** How many groups it is in; their policies are not read. */
  readonly groups: number;
  /** Has a password for the console. */
  readonly console: boolean;
}

/** SimulatePrincipalPolicy of `ses:SendRawEmail`: allowed, explicitDeny or implicitDeny. */
export type Decision = string;

/** What the AWS API says of one credential; NOT_ASKED where there is nothing to ask for. */
export interface AwsFacts {
  readonly policy: Gathered<SecretPolicy>;
  /** Of the secret, if it names one of its own. */
  readonly key: Gathered<EncryptionKey>;
  /** Null: no identity covers the sender. */
  readonly identity: Gathered<SendingIdentity | null>;
  readonly user: Gathered<SmtpUser>;
  readonly simulated: Gathered<Decision>;
  /** How often the password stands in known breaches; null: the owner has not switched the lookup on. */
  readonly breaches: Gathered<number> | null;
}
