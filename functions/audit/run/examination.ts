import type { CertificateFacts } from '../../net/certificate.ts';
import type { Endpoint } from '../../net/endpoint.ts';
import type { Verdict } from '../../smtp/verdicts.ts';
import type { Outcome, Status } from '../outcome.ts';

/** What one check found about one credential; `check` is its id in the catalogue. */
export type Found = Outcome & { readonly check: string };

export type Finding = Found & {
  /** When an audit first found this failure or warning, which stands since; ISO 8601, null for all else. */
  readonly firstSeenAt: string | null;
};

export interface Examined {
  readonly kind: 'examined';
  readonly secretArn: string;
  readonly secretName: string;
  /** The tag `keyturn:owner`, which may be a mail address: it goes into no report and no log. */
  readonly owner: string | null;
  /** Of the version that carries AWSCURRENT. */
  readonly versionId: string | null;
  /** Null when the secret does not say where to log in. */
  readonly endpoint: Pick<Endpoint, 'host' | 'port' | 'security'> | null;
  /** Null when there was nothing to log in with. */
  readonly verdict: Verdict | null;
  /** The server's own, trusted or not; null when none was seen. Its names are the server's words, masked. */
  readonly certificate: CertificateFacts | null;
  readonly findings: readonly Finding[];
  /** Ids of the checks that failed or warned in the last audit and are neither that nor unknown now. */
  readonly resolved: readonly string[];
}

/** Why a credential was not examined. */
export const UNEXAMINED_REASONS = [
  'access-denied',
  'not-found',
  'not-managed',
  'deadline',
  'examine-failed',
  /** Its examination, alone, ended the process. */
  'crashed',
  /** Its batch wrote nothing. */
  'no-result',
] as const;

export type UnexaminedReason = (typeof UNEXAMINED_REASONS)[number];

export interface Unexamined {
  readonly kind: 'unexamined';
  readonly secretArn: string;
  readonly reason: UnexaminedReason;
  /** An error's name, never its message; null when the reason says it all. */
  readonly detail: string | null;
}

export type Examination = Examined | Unexamined;

/** What the examination of one batch writes to the report bucket. */
export interface BatchResult {
  readonly runId: string;
  readonly batch: number;
  readonly examinations: readonly Examination[];
}

export type Counts = Readonly<Record<Status, number>>;

export function countStatuses(findings: Iterable<{ readonly status: Status }>): Counts {
  const counts = { pass: 0, warn: 0, fail: 0, info: 0, unknown: 0, 'not-applicable': 0 };
  for (const { status } of findings) counts[status] += 1;
  return counts;
}
