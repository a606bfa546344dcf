import * as v from 'valibot';
import type { OperationPorts } from '../lifecycle/operate/operation.ts';
import { isPossible, NOT_POSSIBLE_REASONS, possibleFrom } from '../lifecycle/possible-from.ts';
import type { Waits } from '../lifecycle/retirable.ts';
import { situationOf } from '../lifecycle/situation.ts';
import { type SnapshotPorts, takeSnapshot } from '../lifecycle/snapshot.ts';
import { daysLeft } from '../net/certificate.ts';
import { logger } from '../observe/logger.ts';
import { KeyturnError, shownName } from '../observe/shown.ts';
import { SECRET_ARN, SECRET_NAME } from '../secrets/description.ts';
import type { SecretReader } from '../secrets/store.ts';
import { positionOf, VALIDATION_POSITION } from '../table/items.ts';
import type { CredentialStatus, Validations } from '../table/validations.ts';
import {
  credentialState,
  endpoint,
  timestamp,
  validationResult,
  verdict,
  versionId,
} from '../validation/contract.ts';
import { type ErrorBody, pageOf, parsePage } from './answer.ts';

const next = v.pipe(
  v.nullable(v.string()),
  v.description('Opaque: the `next` of the request for the following page; null on the last one.'),
);

/** Whether a rotation of a credential could succeed now: what `rotate` and `doctor` go by. */
export const rotationAnswer = v.object({
  possible: v.boolean(),
  reason: v.pipe(
    v.nullable(v.picklist(NOT_POSSIBLE_REASONS)),
    v.description('Why not; null when it is possible.'),
  ),
  message: v.pipe(v.string(), v.description('The same in plain words, and what to do.')),
  possibleFrom: v.pipe(
    v.nullable(timestamp),
    v.description(
      'When it will be, if nothing is used again that is to be retired; null when it is, or when a person has to do something first.',
    ),
  ),
});

export type RotationAnswer = Readonly<v.InferOutput<typeof rotationAnswer>>;

/** What is known of one credential. */
export const credentialSummary = v.pipe(
  v.object({
    secretName: v.string(),
    secretArn: v.string(),
    credential: credentialState,
    verdict,
    checkedAt: timestamp,
    versionId,
    endpoint: v.nullable(endpoint),
    certificateDaysLeft: v.pipe(
      v.nullable(v.pipe(v.number(), v.integer())),
      v.description("Of the server's certificate, from now; null when none was seen."),
    ),
    lastCheck: v.pipe(
      v.object({ verdict, checkedAt: timestamp, versionId }),
      v.description('The newest validation, which may have proven nothing: a timeout, or held-back.'),
    ),
  }),
  v.description(
    'The newest validation that proved the version in use good or bad; while there is none, the newest of any verdict.',
  ),
);

export type CredentialSummary = Readonly<v.InferOutput<typeof credentialSummary>>;

/** The answer of `GET /credentials`. */
export const credentialList = v.object({ credentials: v.array(credentialSummary), next });

export type CredentialList = v.InferOutput<typeof credentialList>;

/** The answer of `GET /credentials/{id}`. */
export const credentialHistory = v.object({
  ...credentialSummary.entries,
  rotation: v.pipe(
    v.nullable(rotationAnswer),
    v.description(
      'Null when the secret is gone, Keyturn does not manage it, or AWS does not let it be read at the moment.',
    ),
  ),
  history: v.pipe(
    v.array(validationResult),
    v.description('The validations of 90 days, of all versions, newest first.'),
  ),
  next,
});

export type CredentialHistory = v.InferOutput<typeof credentialHistory>;

export type Query = Parameters<typeof parsePage>[0];

/** `GET /credentials`; `now` in milliseconds since 1970. */
export async function answerList(
  validations: Validations,
  query: Query,
  now: number,
): Promise<CredentialList | ErrorBody> {
  const page = parsePage(query, SECRET_NAME);
  if (page.kind === 'malformed') return malformed(page.message);
  const found = await validations.page(page.limit + 1, page.after);
  const { items, next } = pageOf(found, page.limit, ({ secretName }) => secretName);
  return { credentials: items.map((status) => summaryOf(status, now)), next };
}

export interface HistoryPorts {
  readonly validations: Validations;
  readonly rotationOf: (secretArn: string) => Promise<RotationAnswer | null>;
}

/** `GET /credentials/{id}`: `id` is the secret's name or its full ARN, percent-encoded or not. */
export async function answerHistory(
  { validations, rotationOf }: HistoryPorts,
  id: string,
  query: Query,
  now: number,
): Promise<CredentialHistory | ErrorBody> {
  const page = parsePage(query, VALIDATION_POSITION);
  if (page.kind === 'malformed') return malformed(page.message);
  const secretId = secretIdIn(id);
  if (secretId === null) return malformed('Malformed id: expected the name or the full ARN of a secret.');
  const status = await find(validations, secretId);
  if (!status)
    return {
      error: 'not-found',
      message: 'No validation of this secret in 90 days; POST /validations makes one.',
    };
  const { secretArn } = status;
  const [found, rotation] = await Promise.all([
    validations.history(secretArn, page.limit + 1, page.after),
    rotationOf(secretArn).catch((error: unknown) => unread(secretArn, error)),
  ]);
  const { items, next } = pageOf(found, page.limit, positionOf);
  return { ...summaryOf(status, now), rotation, history: items, next };
}

/** What is known of a credential stands in the table, whatever keeps its secret from being read. */
function unread(secretArn: string, error: unknown): null {
  const event = 'credential.rotation-unknown';
  logger.warn(event, { event, secretArn, error: shownName(error) });
  return null;
}

function find(validations: Validations, secretId: string): Promise<CredentialStatus | null> {
  return secretId.startsWith('arn:') ? validations.latest(secretId) : validations.find(secretId);
}

/** API Gateway may hand a path parameter on as it came; no secret has a percent sign in its name. */
function secretIdIn(id: string): string | null {
  try {
    const secretId = decodeURIComponent(id);
    return SECRET_NAME.test(secretId) || SECRET_ARN.test(secretId) ? secretId : null;
  } catch {
    return null;
  }
}

function summaryOf({ certificateValidTo, ...status }: CredentialStatus, now: number): CredentialSummary {
  return {
    ...status,
    certificateDaysLeft: certificateValidTo === null ? null : daysLeft(certificateValidTo, now),
  };
}

function malformed(message: string): ErrorBody {
  return { error: 'malformed-request', message };
}

export interface RotationAnswerPorts extends SnapshotPorts, Waits, Pick<OperationPorts, 'rotateFunction'> {
  readonly store: SecretReader;
}

/** So often a secret is read whose AWSCURRENT moves meanwhile. */
const TRIES = 3;

/** Null: there is no such secret any more, or Keyturn does not manage it. Rejects when what is read does not fit together. */
export async function answerRotation(
  ports: RotationAnswerPorts,
  secretArn: string,
  tries = TRIES,
): Promise<RotationAnswer | null> {
  const secret = await ports.store.describe(secretArn);
  if (secret.kind !== 'found' || !secret.managed || secret.deletedAt !== null) return null;
  const { snapshot } = await takeSnapshot(ports, secret, 'everything');
  if (!snapshot.settled) {
    if (tries === 1) throw new KeyturnError('AWSCURRENT moved while the secret was read');
    return answerRotation(ports, secretArn, tries - 1);
  }
  const possibility = possibleFrom(situationOf(snapshot, ports), null);
  if (possibility.possible || isPossible(possibility, snapshot.now))
    return { possible: true, reason: null, message: 'A rotation can be started now.', possibleFrom: null };
  const { reason, message, possibleFrom: from } = possibility;
  return {
    possible: false,
    reason,
    message,
    possibleFrom: from === null ? null : new Date(from).toISOString(),
  };
}
