import type { CertificateFacts, TlsFacts } from '../net/certificate.ts';
import type { Endpoint } from '../net/endpoint.ts';
import type { CanonicalEndpoint } from '../secrets/endpoint.ts';
import type { Reply, Timings } from '../smtp/evidence.ts';
import type { LoginResult } from '../smtp/login-result.ts';

/**
 * Every item of the table, one line each; the stores beside this file read and write them, and nothing else does.
 *
 * | `pk`                      | `sk`                                 | item               | kept (days)          |
 * |---------------------------|--------------------------------------|--------------------|----------------------|
 * | `SECRET#<ARN>`            | `KEY#<credential's id>`              | `Deactivation`     | 400                  |
 * |                           | `LEASE`                              | `HeldLease`        | 1 after it ended     |
 * |                           | `MINT#<version's id>`                | `Mint`             | 400                  |
 * |                           | `VALIDATION#<time>#<version's id>`   | `Validation`       | 90                   |
 * | `EVENTS#<ARN>`            | `<time>#<order>#<UUID>`              | `LedgerEvent`      | 400                  |
 * | `PROOFS#<ARN>`            | `<version's id>`                     | `VersionProof`     | 400                  |
 * | `ENDPOINTS#<ARN>`         | `smtp[s]://<host>:<port>[ ca=<...>]` | `AcceptedEndpoint` | for ever             |
 * | `AGENDA#<ARN>`             | `AGENDA`                             | `AgendaItem`       | 400                  |
 * | `CREDENTIALS#<0 to f>`    | `<name of the secret>`               | `Recorded`         | 90 after the newest  |
 * | `OPERATION#<id>`          | `OPERATION`                          | `{ request }`      | 400                  |
 * | `BUDGET#<host>`           | `HOST`                               | `Tally`            | 3 after all is over  |
 * | `BUDGET#<host>#<account>` | `LOGINS`                             | `Tally`            | 3 after all is over  |
 * | `RETIREMENT-RUN`          | `LEASE`                              | `HeldLease`        | 1 after it ended     |
 * | `AUDIT-RUN`               | `LEASE`                              | `HeldLease`        | 1 after it ended     |
 * | `AUDIT`                   | `<start of the run>#<its id>`        | `AuditRun`         | as long as reports   |
 * | `AUDITED#<ARN>`           | `MEMORY`                             | `AuditMemoryItem`  | as long as reports   |
 * | `AUDIT-DIGEST#<run's id>` | `<SHA-256 of a mail address>`        | nothing            | 90                   |
 *
 * `<ARN>` is that of a secret, with the six characters that tell it from an earlier one of its name. `expiresAt` (seconds
 * since 1970) is when DynamoDB may delete an item. All other times are milliseconds since 1970, unless they are strings:
 * those are ISO 8601. No password is in any item.
 */
export interface Key {
  readonly pk: string;
  readonly sk: string;
}

/** By these IAM tells partitions apart (infra/constructs/permissions.ts). */
export const PARTITION = {
  secret: 'SECRET#',
  events: 'EVENTS#',
  proofs: 'PROOFS#',
  endpoints: 'ENDPOINTS#',
  agenda: 'AGENDA#',
  credentials: 'CREDENTIALS#',
  operation: 'OPERATION#',
  budget: 'BUDGET#',
  retirementLease: 'RETIREMENT-RUN',
  auditLease: 'AUDIT-RUN',
  auditRuns: 'AUDIT',
  auditMemory: 'AUDITED#',
  auditDigest: 'AUDIT-DIGEST#',
} as const;

/**
 * What rotation and retirement act upon, in partitions of their own: what was done, what logins have proven, where an operator
 * lets passwords go, and what is due. The functions that only look at credentials write to the table, but to none of these.
 */
export const PROTECTED = [PARTITION.events, PARTITION.proofs, PARTITION.endpoints, PARTITION.agenda] as const;

/** What the sort keys in the partition of a secret begin with. */
export const SORT = {
  deactivation: 'KEY#',
  lease: 'LEASE',
  mint: 'MINT#',
  validation: 'VALIDATION#',
} as const;

export const keys = {
  deactivation: (secretArn: string, credentialId: string) =>
    key(PARTITION.secret + secretArn, SORT.deactivation + credentialId),
  secretLease: (secretArn: string) => key(PARTITION.secret + secretArn, SORT.lease),
  mint: (secretArn: string, versionId: string) => key(PARTITION.secret + secretArn, SORT.mint + versionId),
  /** `position`: as `positionOf` gives it. */
  validation: (secretArn: string, position: string) =>
    key(PARTITION.secret + secretArn, SORT.validation + position),
  /** `order` tells those of one millisecond apart. */
  event: (secretArn: string, at: number, order: string) =>
    key(PARTITION.events + secretArn, `${new Date(at).toISOString()}#${order}`),
  proof: (secretArn: string, versionId: string) => key(PARTITION.proofs + secretArn, versionId),
  acceptedEndpoint: (secretArn: string, spelt: string) => key(PARTITION.endpoints + secretArn, spelt),
  agenda: (secretArn: string) => key(PARTITION.agenda + secretArn, 'AGENDA'),
  status: (shard: string, secretName: string) => key(PARTITION.credentials + shard, secretName),
  operation: (operationId: string) => key(PARTITION.operation + operationId, 'OPERATION'),
  tallyOfHost: (host: string) => key(PARTITION.budget + host, 'HOST'),
  /** `account`: a hash, or `control` for the login that must fail. */
  tallyOfAccount: (host: string, account: string) => key(`${PARTITION.budget}${host}#${account}`, 'LOGINS'),
  retirementLease: key(PARTITION.retirementLease, SORT.lease),
  auditLease: key(PARTITION.auditLease, SORT.lease),
  auditRun: ({ startedAt, runId }: Pick<AuditRun, 'startedAt' | 'runId'>) =>
    key(PARTITION.auditRuns, `${startedAt}#${runId}`),
  auditMemory: (secretArn: string) => key(PARTITION.auditMemory + secretArn, 'MEMORY'),
  auditDigest: (runId: string, addressSha256: string) => key(PARTITION.auditDigest + runId, addressSha256),
} as const;

/** Where a validation stands in its credential's history. */
export function positionOf({ checkedAt, versionId }: Pick<Validation, 'checkedAt' | 'versionId'>): string {
  return `${checkedAt}#${versionId}`;
}

/** What `positionOf` gives. */
export const VALIDATION_POSITION = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z#[ -~]{1,64}$/;

function key(pk: string, sk: string): Key {
  return { pk, sk };
}

/** Days; the runs and the memory of the audit are kept as long as the deployment keeps reports. */
export const KEPT_DAYS = {
  validation: 90,
  mint: 400,
  deactivation: 400,
  proof: 400,
  event: 400,
  operation: 400,
  agenda: 400,
  /** Longer than any window, login and circuit together. */
  tally: 3,
  lease: 1,
  /** Step Functions lets the name of an execution be used again after so many days. */
  auditDigest: 90,
} as const;

const DAY_SECONDS = 24 * 60 * 60;

/** `from` in milliseconds since 1970. */
export function expiry(from: number, days: number): number {
  return Math.ceil(from / 1000) + days * DAY_SECONDS;
}

/** One attempt to make a new credential. Written before that exists, so that one whose password was lost is proven ours. */
export interface Mint {
  /** The ClientRequestToken: the id of the version. */
  readonly token: string;
  readonly startedAt: number;
  /** A lease: the provider is not touched for this token after it, unless the lease is renewed first. */
  readonly endsBy: number;
  /** The credential's id, set once its password is safe in the AWSPENDING version. */
  readonly credentialId: string | null;
  /** createSecret has refused it then, and had made nothing; a later attempt of the same token takes it back. */
  readonly refusedAt?: number;
  /** Since then no step may act for this token any more. */
  readonly abandonedAt?: number;
  /** A lease, too: of the process that undoes an abandoned attempt. */
  readonly undoneBy?: number;
}

/** What became of a replaced credential. */
export interface Deactivation {
  readonly credentialId: string;
  /** It was inactive not before this time. */
  readonly deactivatedAt: number;
  /** Written before it is removed. */
  readonly removedAt?: number;
  /** Whether the server refused its password after that; absent until it was asked. */
  readonly refused?: boolean;
  /** It was found bad, or others may know it: no use of it brings it back, and no operation makes it current again. */
  readonly quarantined?: boolean;
}

/**
 * Whether one version logged in at each of its endpoints when it was tried last. An item of its own, which nobody but the
 * step that logs in writes: others write a `Mint` whole, and would lose it.
 */
export interface VersionProof {
  /** The version's id. */
  readonly token: string;
  /** Before its logins. */
  readonly startedAt: number;
  /** Null from before the first login until the last one was good: what fails then, or dies, is unproven. */
  readonly provenAt: number | null;
  readonly provenBy: 'testSecret' | 'finishSecret';
}

/** Where an operator lets a secret's passwords go; the exact place and trust that stood in the secret at the time. */
export interface AcceptedEndpoint extends CanonicalEndpoint {
  readonly acceptedAt: number;
  /** ARN of the operator. */
  readonly who: string;
  readonly reason: string | null;
}

/** What was done to a credential. `who`: an ARN, or `schedule`; `result` is a closed word, all else plain values. */
export interface LedgerEvent {
  readonly event: string;
  readonly at: number;
  readonly who: string;
  readonly [detail: string]: unknown;
}

/** One validation of one version, as it was answered. */
export interface Validation extends LoginResult {
  /** As it was asked for. */
  readonly secretId: string;
  readonly versionId: string | null;
  readonly checkedAt: string;
  readonly authSent: boolean;
  readonly endpoint: Pick<Endpoint, 'host' | 'port' | 'security'> | null;
  readonly tls: (Omit<TlsFacts, 'certificate'> & { readonly certificate: ShownCertificate }) | null;
  readonly auth: { readonly offered: readonly string[]; readonly used: string | null } | null;
  readonly reply: Pick<Reply, 'code' | 'enhanced' | 'text'> | null;
  readonly timings: Timings | null;
}

type ShownCertificate = Pick<
  CertificateFacts,
  'subject' | 'issuer' | 'validTo' | 'daysLeft' | 'fingerprint256'
>;

/** A validation of the version in use (AWSCURRENT). */
export interface Check
  extends Pick<Validation, 'credential' | 'verdict' | 'checkedAt' | 'versionId' | 'endpoint'> {
  readonly secretArn: string;
  /** Null when no verified TLS session was seen. */
  readonly certificateValidTo: string | null;
}

/** `known` is the newest check that said `good` or `bad`, and never newer than `lastCheck`. */
export interface Recorded {
  readonly lastCheck: Check;
  readonly known?: Check;
}

/** An operation as it was asked for. */
export interface Operation {
  /** Also the ClientRequestToken of the rotation that it starts, so that a repeated one starts no second. */
  readonly operationId: string;
  readonly operation: 'rotate' | 'rollback' | 'compromised' | 'doctor' | 'accept-endpoint';
  readonly secretArn: string;
  /** `doctor` only: whether it may fix what it finds. */
  readonly fix: boolean;
  /** `accept-endpoint` only: host and port, as the operator named them. */
  readonly endpoint: string | null;
  readonly reason: string | null;
  /** The caller's ARN, as IAM has authenticated it. */
  readonly who: string;
  readonly requestedAt: number;
  /** ARN of the function that works on it. */
  readonly worker: string;
}

/** Who works alone on something, and until when; over from `heldUntil` on. */
export interface HeldLease {
  /** Id of the operation, of the look or of the run. */
  readonly holder: string;
  readonly heldUntil: number;
  /** Id of the operation that waits for the end of a look. */
  readonly successor?: string;
}

/** One login; hashes instead of names. */
export interface CountedLogin {
  /** When it failed or, in the future, by when it will have ended; 0 when it did not fail. */
  readonly at: number;
  /** The account, and the part of its name before the `@`: the same for a bare name, which may be any with that part. */
  readonly account: string;
  readonly local: string;
  /** The secret that it was made for. */
  readonly secret: string;
  /** It was meant to fail, so it says nothing about its secret. */
  readonly meant: boolean;
  /** The circuit of its account: nothing is dialled for it before this time. */
  readonly restsUntil: number;
}

/** What is remembered of a host, or of one account of a shared service. */
export interface Tally {
  /**
   * By the id of the login. One whose process died stays as it is: it may have failed at the server, so it counts until
   * the window after it is over.
   */
  readonly logins: Readonly<Record<string, CountedLogin>>;
  /** The circuit of the whole host. */
  readonly heldUntil: number;
}

/** One run of the audit. `runId` is the name of the Step Functions execution. */
export interface AuditRun {
  readonly runId: string;
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly score: number | null;
}

/** Both, so that a batch that is examined twice in a run is compared with the run before it both times. */
export interface AuditMemoryItem {
  readonly runId: string;
  readonly seen: Remembered;
  readonly before: Remembered | null;
}

/** What an audit saw of a credential, for the next one to compare with; hashes and names, never a value. */
export interface Remembered {
  readonly examinedAt: number;
  /** As it was when it was last seen, which may be longer ago than `examinedAt`; null when it never was. */
  readonly server: RememberedServer | null;
  /** DNS records by `<type> <name>`, lower case name; each as it was when it was last read. */
  readonly records: Readonly<Record<string, RememberedRecord>>;
  /** By id of the check: when a failure or warning that stands was first found. */
  readonly firstSeen: Readonly<Record<string, number>>;
}

export interface RememberedServer {
  readonly host: string;
  readonly port: number;
  readonly seenAt: number;
  /** SHA-256 (hexadecimal) of the certificate's SubjectPublicKeyInfo: a renewal on the same key keeps it. */
  readonly spki256: string | null;
  /** Null when nothing is said in clear: implicit TLS. */
  readonly starttls: boolean | null;
  /** AUTH mechanisms offered under TLS. */
  readonly mechanisms: readonly string[] | null;
}

interface RememberedRecord {
  /** SHA-256 (hexadecimal) of all its values, in a fixed order. */
  readonly sha256: string;
  /** When it was first seen with this very hash. */
  readonly since: number;
}

/** When a secret is to be looked at: for retirement, and for a rotation that stands still or does not come. */
export interface AgendaItem {
  /** The version with AWSCURRENT at the last look, or the one that is about to get it; null: to be seen by the next look. */
  readonly versionId: string | null;
  /** Null: nothing is due before the next rotation. */
  readonly dueAt: number | null;
  /** The id of a look that began, and has not ended. */
  readonly look: string | null;
}

/** The index of what is due, by `dueAt`; an item without these two attributes is not in it. */
export const DUE_INDEX = { name: 'due', partition: 'due', sort: 'dueAt', value: 'AGENDA' } as const;
