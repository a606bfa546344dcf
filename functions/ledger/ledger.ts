import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import type { ValidationResult } from '../api/validation-result.ts';
import { type DynamoDBClient, PutItemCommand, paginateQuery, QueryCommand } from '../aws/dynamodb.ts';
import { type CredentialStatus, checkOf } from './credential-status.ts';
import { CredentialStatuses } from './credential-statuses.ts';
import { secretNameOf } from './secret-name.ts';

const DAY_SECONDS = 24 * 60 * 60;
/** Prefix of the sort keys of the validations. */
const VALIDATION = 'VALIDATION#';
const VALIDATION_DAYS = 90;
const KEY_DAYS = 400;

/** One attempt to mint an access key. `startedAt` is written before the key exists, so that an orphan can be proven ours. */
export interface Mint {
  readonly token: string;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  /** Set once the key's password is safe in the AWSPENDING version. */
  readonly accessKeyId: string | null;
}

/** When a replaced access key was deactivated; milliseconds since 1970. */
export interface Deactivation {
  readonly accessKeyId: string;
  readonly deactivatedAt: number;
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
  readonly credentials: CredentialStatuses;

  constructor(client: DynamoDBClient, table: string) {
    this.#client = client;
    this.#table = table;
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
    return (await this.#query(secretArn, 'MINT#')) as unknown as Mint[];
  }

  async recordDeactivation(secretArn: string, deactivation: Deactivation): Promise<void> {
    await this.#put(secretArn, `KEY#${deactivation.accessKeyId}`, deactivation, KEY_DAYS);
  }

  async deactivations(secretArn: string): Promise<Deactivation[]> {
    return (await this.#query(secretArn, 'KEY#')) as unknown as Deactivation[];
  }

  /** What rotation and retirement did to a credential: `result` is a closed word, `details` plain values. */
  async recordEvent(secretArn: string, event: string, at: number, details: Item): Promise<void> {
    const time = new Date(at).toISOString();
    await this.#put(secretArn, `EVENT#${time}#${event}`, { event, at, ...details }, KEY_DAYS);
  }

  async #put(secretArn: string, sk: string, fields: object, days: number): Promise<void> {
    const item = { ...fields, pk: partition(secretArn), sk, expiresAt: expiry(days) };
    await this.#client.send(
      new PutItemCommand({ TableName: this.#table, Item: marshall(item, { removeUndefinedValues: true }) }),
    );
  }

  async #query(secretArn: string, prefix: string): Promise<Item[]> {
    const pages = paginateQuery(
      { client: this.#client },
      {
        TableName: this.#table,
        ConsistentRead: true,
        KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
        ExpressionAttributeValues: marshall({ ':pk': partition(secretArn), ':prefix': prefix }),
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
