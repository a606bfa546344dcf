import { UNRULED } from '../../../functions/lifecycle/endpoints.ts';
import type { Waits } from '../../../functions/lifecycle/retirable.ts';
import { type Situation, situationOf } from '../../../functions/lifecycle/situation.ts';
import type { Issuer, Snapshot, Version } from '../../../functions/lifecycle/snapshot.ts';
import type { IssuedCredential } from '../../../functions/providers/provider.ts';
import type { SecretDescription } from '../../../functions/secrets/description.ts';

export const HOUR_MS = 60 * 60_000;
export const DAY_MS = 24 * HOUR_MS;
export const NOW = 1000 * DAY_MS;
export const WAITS: Waits = { overlapMs: 48 * HOUR_MS, soakMs: 72 * HOUR_MS };

export const SECRET: SecretDescription = {
  kind: 'found',
  arn: 'arn:aws:secretsmanager:us-east-1:123456789012:secret:keyturn/orders-AbCdEf',
  name: 'keyturn/orders',
  managed: true,
  tags: {},
  stages: {},
  schedule: { enabled: true, everyDays: 30, window: null, lastRotatedAt: null, nextRotationAt: NOW + DAY_MS },
  rotationEnabled: true,
  rotationFunction: null,
  kmsKeyId: null,
  createdAt: null,
  lastChangedAt: null,
  lastRotatedAt: null,
  nextRotationAt: null,
  deletedAt: null,
  replicas: [],
};

/** A version with a credential in it, named after that; without an id, one without a value. */
export function version(
  id: string | null,
  labels: readonly string[],
  changes: Partial<Version> = {},
): Version {
  return {
    versionId: `version of ${id}`,
    labels,
    content: id === null ? 'empty' : 'credential',
    fault: null,
    id,
    username: id,
    createdAt: null,
    endpoints: UNRULED,
    ...changes,
  };
}

export function issued(id: string, changes: Partial<IssuedCredential> = {}): IssuedCredential {
  return { id, name: null, active: true, createdAt: 0, lastUsedAt: null, lastUsedBy: null, ...changes };
}

/** As Amazon SES: two keys, which can be switched off, and no names. */
export function issuing(
  credentials: readonly IssuedCredential[],
  changes: Partial<Extract<Issuer, { kind: 'issuing' }>> = {},
): Issuer {
  return {
    kind: 'issuing',
    issued: credentials,
    limit: 2,
    reversible: true,
    keepsNames: false,
    nameLimit: null,
    ...changes,
  };
}

/** A secret in order: one credential, in use. */
export function snapshot(changes: Partial<Snapshot> = {}): Snapshot {
  return {
    now: NOW,
    secret: SECRET,
    versions: [version('new', ['AWSCURRENT', 'AWSPENDING'])],
    settled: true,
    issuer: issuing([issued('new')]),
    mints: [],
    deactivations: [],
    proof: null,
    ...changes,
  };
}

export function situation(changes: Partial<Snapshot> = {}, waits = WAITS): Situation {
  return situationOf(snapshot(changes), waits);
}
