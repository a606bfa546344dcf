import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import {
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  paginateQuery,
  QueryCommand,
} from '../aws/dynamodb.ts';
import { type CanonicalEndpoint, spelt } from '../secrets/endpoint.ts';
import type { ValidationResult } from '../validation/validation-result.ts';
import type { ChainedEvent } from './chain.ts';
import { type ChainVerdict, verifyChain } from './chain-verdict.ts';
import { type CredentialStatus, checkOf } from './credential-status.ts';
import { CredentialStatuses } from './credential-statuses.ts';
import { ENDPOINTS, PROOFS } from './event-key.ts';
import { EventLog } from './event-log.ts';
import { secretNameOf } from './secret-name.ts';

const DAY_SECONDS = 24 * 60 * 60;
/** Prefix of the sort keys of the validations. */
const VALIDATION = 'VALIDATION#';
const VALIDATION_DAYS = 90;
const KEY_DAYS = 400;
/** How the spelling of every endpoint begins. */
const SMTP = 'smtp';

/**
 * One attempt to make a new credential, by the ClientRequestToken; times in milliseconds since 1970. It is written before
 * the credential exists, so that one whose password was lost can be proven ours.
 */
export interface Mint {
  readonly token: string;
  readonly startedAt: number;
  /** A lease: the provider is not touched for this token after it, unless the lease is renewed first. */
  readonly endsBy: number;
  /** The credential's id, set once its password is safe in the AWSPENDING version. */
  readonly credentialId: string | null;
  /** Since then no step may act for this token any more. */
  readonly abandonedAt?: number;
  /** A lease, too: of the process that undoes an abandoned attempt. */
  readonly undoneBy?: number;
}

/**
 * Whether one version logged in at each of its endpoints when it was tried last; times in milliseconds since 1970. An item
 * of its own, which nobody but the step that logs in writes: others write a `Mint` whole, and would lose it.
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

/** What became of a replaced credential; times in milliseconds since 1970. */
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

/** Where an operator lets a secret's passwords go; the exact place and trust that stood in the secret at the time. */
export interface AcceptedEndpoint extends CanonicalEndpoint {
  /** Milliseconds since 1970. */
  readonly acceptedAt: number;
  /** ARN of the operator. */
  readonly who: string;
  readonly reason: string | null;
}

/** A validation of one version of a secret; `current` when it carries AWSCURRENT. */
interface Validated {
  readonly secretArn: string;
  readonly current: boolean;
  readonly result: ValidationResult;
}

type Item = Readonly<Record<string, unknown>>;

/** What Keyturn did, when, with what result: one DynamoDB table, partition `SECRET#<arn>`. */
export class Ledger {
  readonly #client: DynamoDBClient;
  readonly #table: string;
  readonly #eventLog: EventLog;
  readonly #onAppended: (secretArn: string, event: ChainedEvent) => void;
  readonly credentials: CredentialStatuses;

  /** `onAppended` is told of each new event. */
  constructor(
    client: DynamoDBClient,
    table: string,
    onAppended: (secretArn: string, event: ChainedEvent) => void = () => {},
  ) {
    this.#client = client;
    this.#table = table;
    this.#eventLog = new EventLog(client, table);
    this.#onAppended = onAppended;
    this.credentials = new CredentialStatuses(client, table);
  }

  /** Only a validation of the version in use (`current`) says something of the credential; all are kept as history. */
  async recordValidation({ secretArn, current, result }: Validated): Promise<void> {
    await Promise.all([
      this.#put(secretArn, VALIDATION + positionOf(result), result, VALIDATION_DAYS),
      current && this.credentials.record(checkOf(secretArn, result), expiry(VALIDATION_DAYS)),
    ]);
  }

  /** What is known of the version in use; null when it was never validated, or not in 90 days. */
  async latest(secretArn: string): Promise<CredentialStatus | null> {
    const status = await this.credentials.find(secretNameOf(secretArn));
    return status?.secretArn === secretArn ? status : null;
  }

  /** The validations of all versions in 90 days, newest first, older than `before` (as `positionOf` gives it). */
  async validations(secretArn: string, limit: number, before?: string): Promise<ValidationResult[]> {
    const pk = partition(secretArn);
    const { Items = [] } = await this.#client.send(
      new QueryCommand({
        TableName: this.#table,
        KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
        ExpressionAttributeValues: marshall({ ':pk': pk, ':prefix': VALIDATION }),
        ScanIndexForward: false,
        Limit: limit,
        ...(before && { ExclusiveStartKey: marshall({ pk, sk: VALIDATION + before }) }),
      }),
    );
    return Items.map(resultOf);
  }

  async recordMint(secretArn: string, mint: Mint): Promise<void> {
    await this.#put(secretArn, `MINT#${mint.token}`, mint, KEY_DAYS);
  }

  async mints(secretArn: string): Promise<Mint[]> {
    return (await this.#query(partition(secretArn), 'MINT#')) as unknown as Mint[];
  }

  async recordProof(secretArn: string, proof: VersionProof): Promise<void> {
    const item = { ...proof, pk: PROOFS + secretArn, sk: proof.token, expiresAt: expiry(KEY_DAYS) };
    await this.#client.send(new PutItemCommand({ TableName: this.#table, Item: marshall(item) }));
  }

  /** The newest try to prove a version, read after all writes that were answered before; null when there is none. */
  async proofOf(secretArn: string, token: string): Promise<VersionProof | null> {
    const { Item } = await this.#client.send(
      new GetItemCommand({
        TableName: this.#table,
        Key: marshall({ pk: PROOFS + secretArn, sk: token }),
        ConsistentRead: true,
      }),
    );
    return Item ? (read(Item) as unknown as VersionProof) : null;
  }

  async recordDeactivation(secretArn: string, deactivation: Deactivation): Promise<void> {
    await this.#put(secretArn, `KEY#${deactivation.credentialId}`, deactivation, KEY_DAYS);
  }

  async deactivations(secretArn: string): Promise<Deactivation[]> {
    return (await this.#query(partition(secretArn), 'KEY#')) as unknown as Deactivation[];
  }

  /** It stands until somebody takes it out of the table: what is accepted does not end with a date. */
  async acceptEndpoint(secretArn: string, accepted: AcceptedEndpoint): Promise<void> {
    const item = { ...accepted, pk: ENDPOINTS + secretArn, sk: spelt(accepted) };
    await this.#client.send(new PutItemCommand({ TableName: this.#table, Item: marshall(item) }));
  }

  async acceptedEndpoints(secretArn: string): Promise<AcceptedEndpoint[]> {
    return (await this.#query(ENDPOINTS + secretArn, SMTP)) as unknown as AcceptedEndpoint[];
  }

  /**
   * What was done to a credential: `result` is a closed word, `details` plain values; `who` among them, or it was a
   * schedule. Each event is bound to the one before it (chain.ts).
   */
  async recordEvent(secretArn: string, event: string, at: number, details: Item): Promise<void> {
    const content = { who: 'schedule', ...details, event, at };
    this.#onAppended(secretArn, await this.#eventLog.append(secretArn, content));
  }

  /** Oldest first; those of the last 400 days. */
  async events(secretArn: string): Promise<readonly ChainedEvent[]> {
    const { stored } = await this.#eventLog.read(secretArn);
    return stored.map(({ event }) => event);
  }

  /** Whether the events are those that were written. `now` in milliseconds since 1970. */
  async verifyEvents(secretArn: string, now: number): Promise<ChainVerdict> {
    return verifyChain(await this.#eventLog.read(secretArn), now);
  }

  async #put(secretArn: string, sk: string, fields: object, days: number): Promise<void> {
    const item = { ...fields, pk: partition(secretArn), sk, expiresAt: expiry(days) };
    await this.#client.send(
      new PutItemCommand({ TableName: this.#table, Item: marshall(item, { removeUndefinedValues: true }) }),
    );
  }

  async #query(pk: string, prefix: string): Promise<Item[]> {
    const pages = paginateQuery(
      { client: this.#client },
      {
        TableName: this.#table,
        ConsistentRead: true,
        KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
        ExpressionAttributeValues: marshall({ ':pk': pk, ':prefix': prefix }),
      },
    );
    const items: Item[] = [];
    for await (const { Items } of pages) items.push(...(Items ?? []).map((item) => read(item)));
    return items;
  }
}

function read(item: Record<string, AttributeValue>): Item {
  return unmarshall(item);
}

/** In seconds since 1970. */
function expiry(days: number): number {
  return Math.floor(Date.now() / 1000) + days * DAY_SECONDS;
}

function resultOf(item: Record<string, AttributeValue>): ValidationResult {
  const { pk: _pk, sk: _sk, expiresAt: _expiresAt, ...result } = unmarshall(item);
  return result as ValidationResult;
}

/** What `positionOf` gives. */
export const VALIDATION_POSITION = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z#[ -~]{1,64}$/;

/** Where a validation stands in its credential's history. */
export function positionOf({ checkedAt, versionId }: ValidationResult): string {
  return `${checkedAt}#${versionId}`;
}

function partition(secretArn: string): string {
  return `SECRET#${secretArn}`;
}
