import { KeyturnError } from '../../observe/shown.ts';
import type { Credential } from '../../providers/secret.ts';
import type { SecretDescription } from '../../secrets/description.ts';
import type { Redacted } from '../../secrets/redacted.ts';
import type { SecretStore, SecretValue } from '../../secrets/store.ts';

import type { LoginOutcome } from '../../smtp/login-result.ts';
import type { Agenda } from '../../table/agenda.ts';
import type { Ledger } from '../../table/ledger.ts';
import type { NotPossibleReason } from '../possible-from.ts';
import type { Waits } from '../retirable.ts';
import type { SnapshotPorts } from '../snapshot.ts';

/** What an operator has asked for, under an id that is the ClientRequestToken of the rotation it starts. */
export interface RotationRequest {
  readonly operation: string;
  readonly secretArn: string;
  /** An ARN. */
  readonly who: string;
  readonly reason: string | null;
}

/** All that a rotation may touch. */
export interface RotationPorts extends SnapshotPorts, Waits {
  readonly store: SecretStore;
  readonly ledger: SnapshotPorts['ledger'] &
    Pick<Ledger, 'recordMint' | 'amendMint' | 'recordProof' | 'recordEvent'>;
  readonly agenda: Pick<Agenda, 'put'>;
  /** The operation of this id, if an operator has asked for one. */
  readonly requestOf: (operationId: string) => Promise<RotationRequest | null>;
  /** One login inside the login budget. */
  readonly login: (credential: Credential, budgetMs: number) => Promise<LoginOutcome>;
  /** A new password, of at most `limit` characters (null: as long as it likes). */
  readonly newPassword: (limit: number | null) => Redacted;
  readonly random: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  /** Until the function must have answered. */
  readonly remainingMs: () => number;
}

/** One rotation of one secret. */
export interface Rotation extends RotationPorts {
  readonly secret: SecretDescription;
  /** The ClientRequestToken, which is also the id of the AWSPENDING version. */
  readonly token: string;
}

/** A rotation that cannot go on. Secrets Manager retries the step later; the message is for people and holds no secret. */
export class RotationError extends KeyturnError {
  override readonly name = 'RotationError';
  /** Why a rotation cannot be made at all. */
  readonly reason: NotPossibleReason | undefined;

  constructor(message: string, reason?: NotPossibleReason) {
    super(message);
    this.reason = reason;
  }
}

/** The version being made: by id and label together, so that a stale label cannot name another one. */
export function readPending({ store, secret, token }: Rotation): Promise<SecretValue> {
  return store.read(secret.arn, { versionId: token, stage: 'AWSPENDING' });
}
