/** What an operator may have done to one secret. */
export const OPERATIONS = ['rotate', 'rollback', 'compromised', 'doctor', 'accept-endpoint'] as const;
export type OperationName = (typeof OPERATIONS)[number];

/** One operation, as it was asked for. */
export interface Operation {
  /** Also the ClientRequestToken of the rotation that it starts, so that a repeated one starts no second. */
  readonly operationId: string;
  readonly operation: OperationName;
  readonly secretArn: string;
  /** `doctor` only: whether it may fix what it finds. */
  readonly fix: boolean;
  /** `accept-endpoint` only: host and port, as the operator named them. */
  readonly endpoint: string | null;
  readonly reason: string | null;
  /** The caller's ARN, as IAM has authenticated it. */
  readonly who: string;
  /** Milliseconds since 1970. */
  readonly requestedAt: number;
}

/** How an operation ends. `findings`: doctor has found something, whatever it may have fixed. */
export const RESULTS = [
  'rotated',
  'rolled-back',
  'revoked',
  'accepted',
  'healthy',
  'findings',
  'fixed',
  'not-found',
  'not-managed',
  'not-possible',
  'busy',
  'not-proven',
  'superseded',
  'out-of-time',
  'error',
] as const;
export type Result = (typeof RESULTS)[number];

/** What was asked for was done. All other results say in their message what has changed, if anything. */
export const SUCCEEDED: ReadonlySet<Result> = new Set([
  'rotated',
  'rolled-back',
  'revoked',
  'accepted',
  'healthy',
  'findings',
  'fixed',
]);

/** The label of a version that no operation makes current again. A label is on one version at a time: the last one. */
export const QUARANTINED = 'KEYTURN_QUARANTINED';
