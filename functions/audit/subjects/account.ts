import type { ManagedSecret } from '../../secrets/description.ts';
import type { Gathered } from '../check.ts';
import type { PolicyStatement } from './iam.ts';
import type { SesFacts } from './ses.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
/** The limit of AWS Config's and Security Hub's own rule on unused secrets. */
export const UNUSED_DAYS = 90;

/** A Lambda function of the account. */
export interface FunctionFacts {
  readonly name: string;
  /** One of Keyturn's own. */
  readonly own: boolean;
  /** Null for a container image. */
  readonly runtime: string | null;
  /** When its code or its settings last changed, in milliseconds since 1970; null when Lambda does not say. */
  readonly changedAt: number | null;
  /** Environment variables whose names say that they hold an SMTP password, and that hold something. */
  readonly passwordVariables: readonly string[];
}

/** What may be said of a password that several secrets hold to whoever answers for some of them. */
export interface Reuse {
  /** ARNs of one owner's secrets that hold it, named to one another. */
  readonly arns: readonly string[];
  /** Whether a secret that must not be named to them holds it, too: one of another owner, or of none. */
  readonly elsewhere: boolean;
}

/**
 * What a comparison of all values with one another found: only names, nothing made from a value, and of two sides none
 * that the other may not know.
 */
export interface ValueFacts {
  readonly reused: readonly Reuse[];
  /**
   * ARNs of the secrets whose password stands in plain text in an environment or an output. Not where: who writes that
   * place may try guesses in it, and may mostly tag it, so no tag of it says who answers for both.
   */
  readonly exposed: readonly string[];
  /** Secrets whose value could not be read for the comparison. */
  readonly unread: readonly string[];
  /** False: there are more of those than the list has. */
  readonly complete: boolean;
}

/** ARN to the day of the last read, in milliseconds since 1970, or null for never; only of secrets long unread. */
export type UnreadSecrets = Readonly<Record<string, number | null>>;

export interface Readers {
  /** The oldest event that was looked at, in milliseconds since 1970: what is older is not known. */
  readonly since: number;
  /** ARN or name of a secret, as the caller gave it, to the principals that read it, Keyturn's own left out. */
  readonly bySecret: Readonly<Record<string, readonly string[]>>;
}

export interface LogFacts {
  readonly groups: readonly LogGroup[];
  /** Lines that carry a login or a password, by log group. */
  readonly leaks: Readonly<Record<string, number>>;
  /** Lines that carry a mail address, by log group. */
  readonly addresses: Readonly<Record<string, number>>;
  /** False: the search was cut short. */
  readonly complete: boolean;
}

export interface LogGroup {
  readonly name: string;
  /** Null: kept for ever. */
  readonly retentionDays: number | null;
  readonly ownKey: boolean;
}

/** IAM users, as the credential report counts them. */
export interface PeopleFacts {
  readonly withPassword: number;
  readonly withoutMfa: number;
  readonly rootMfa: boolean;
}

/** What IAM policies let people and programs do to Keyturn's secrets, functions and table; Keyturn's own roles are left out. */
export interface HandsFacts {
  /** The name of Keyturn's table. */
  readonly table: string;
  /** Users and roles that may do everything. */
  readonly administrators: number;
  /** The others that may do anything of it, and the statements that say so. */
  readonly principals: readonly Principal[];
}

export interface Principal {
  /** `role/<name>` or `user/<name>`. */
  readonly name: string;
  readonly statements: readonly PolicyStatement[];
}

export interface AlarmFacts {
  readonly name: string;
  readonly acts: boolean;
}

/** The AWS account around the credentials, as one batch sees it; plain JSON. */
export interface AccountFacts extends SharedFacts {
  /** By Secrets Manager's own date, taken before this run read any secret; of the secrets of the batch. */
  readonly unread: Gathered<UnreadSecrets>;
}

/** Read once a run by the plan and shared by all batches. */
export interface SharedFacts {
  readonly ses: SesFacts;
  readonly functions: Gathered<readonly FunctionFacts[]>;
  /** Names of Systems Manager parameters of the type String that sound like an SMTP password. */
  readonly plainParameters: Gathered<readonly string[]>;
  /** Environment variables of containers that sound like it, each as `family/container.VARIABLE`. */
  readonly taskVariables: Gathered<readonly string[]>;
  /** Outputs of CloudFormation stacks that sound like it, each as `stack.Output`. */
  readonly stackOutputs: Gathered<readonly string[]>;
  readonly values: Gathered<ValueFacts>;
  readonly readers: Gathered<Readers>;
  readonly logs: Gathered<LogFacts>;
  readonly people: Gathered<PeopleFacts>;
  readonly hands: Gathered<HandsFacts>;
  /** Whether some trail is logging in this region. */
  readonly trail: Gathered<boolean>;
  /** Keyturn's own alarms. */
  readonly alarms: Gathered<readonly AlarmFacts[]>;
  /** When a restore was last rehearsed, in milliseconds since 1970; null: not for long. */
  readonly lastDrill: Gathered<number | null>;
  /** Items of Keyturn's table that have outlived their use are deleted by DynamoDB. */
  readonly tableExpiry: Gathered<boolean>;
  /** Point-in-time recovery of Keyturn's table. */
  readonly tableRecovery: Gathered<boolean>;
}

/**
 * Those that nobody has read for long, by a date that the first read of the audit itself moves to today: so as they were
 * listed before it. `now` in milliseconds since 1970.
 */
export function longUnread(
  secrets: readonly Pick<ManagedSecret, 'arn' | 'createdAt' | 'lastAccessedAt'>[],
  now: number,
): UnreadSecrets {
  const limit = now - UNUSED_DAYS * DAY_MS;
  const unread = secrets.filter(
    ({ createdAt, lastAccessedAt }) => (lastAccessedAt ?? createdAt ?? limit) < limit,
  );
  return Object.fromEntries(unread.map(({ arn, lastAccessedAt }) => [arn, lastAccessedAt]));
}
