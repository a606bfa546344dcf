import { createHash } from 'node:crypto';
import { secretNameOf } from '../secrets/description.ts';
import { getItem, putItem, queryPage, type Table, updateItemIf } from './dynamodb.ts';
import { type Check, expiry, KEPT_DAYS, keys, positionOf, type Recorded, type Validation } from './items.ts';

/** The names are spread over 16 partitions of 1,000 writes a second each; one for all would slow down a large audit. */
const SHARDS = [...'0123456789abcdef'];

/** A validation of one version of a secret; `current` when it carries AWSCURRENT. */
export interface Validated {
  readonly secretArn: string;
  readonly current: boolean;
  readonly result: Validation;
}

/**
 * What is known of a credential: its newest `good` or `bad`, or while there is none its newest check. A timeout or
 * `held-back` takes no knowledge away; it shows in `lastCheck` only.
 */
export interface CredentialStatus extends Check {
  /** Name of the secret. */
  readonly secretName: string;
  readonly lastCheck: Pick<Check, 'verdict' | 'checkedAt' | 'versionId'>;
}

/** What logins showed: the history of each secret, and one item a credential, under its secret's name, with its status. */
export class Validations {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  /** Only a validation of the version in use (`current`) says something of the credential; all are kept as history. */
  async record({ secretArn, current, result }: Validated): Promise<void> {
    const expiresAt = expiry(Date.now(), KEPT_DAYS.validation);
    const item = { ...result, ...keys.validation(secretArn, positionOf(result)), expiresAt };
    await Promise.all([
      putItem(this.#table, item),
      current && this.#recordCheck(checkOf(secretArn, result), expiresAt),
    ]);
  }

  /** What is known of the version in use; null when it was never validated, or not in 90 days. */
  async latest(secretArn: string): Promise<CredentialStatus | null> {
    const status = await this.find(secretNameOf(secretArn));
    return status?.secretArn === secretArn ? status : null;
  }

  async find(secretName: string): Promise<CredentialStatus | null> {
    const recorded = await getItem<Recorded>(this.#table, statusKey(secretName));
    return recorded && statusOf(recorded);
  }

  /** The validations of all versions in 90 days, newest first, older than `before` (as `positionOf` gives it). */
  history(secretArn: string, limit: number, before?: string): Promise<Validation[]> {
    const { pk, sk } = keys.validation(secretArn, '');
    const start = before === undefined ? {} : { ExclusiveStartKey: keys.validation(secretArn, before) };
    const page = { ScanIndexForward: false, Limit: limit, ...start };
    return queryPage(this.#table, 'pk = :pk AND begins_with(sk, :sk)', { ':pk': pk, ':sk': sk }, page);
  }

  /**
   * Up to `limit` credentials behind the one named `after`, in the table's own order: stable, but not that of the names.
   * Any text may stand for `after`: it only says where to go on among credentials.
   */
  async page(limit: number, after: string | undefined): Promise<CredentialStatus[]> {
    const found: CredentialStatus[] = [];
    const first = after === undefined ? 0 : SHARDS.indexOf(shardOf(after));
    for (const shard of SHARDS.slice(first)) {
      const start =
        after !== undefined && shard === shardOf(after) ? { ExclusiveStartKey: statusKey(after) } : {};
      const { pk } = keys.status(shard, '');
      const page = { Limit: limit - found.length, ...start };
      const recorded = await queryPage<Recorded>(this.#table, 'pk = :pk', { ':pk': pk }, page);
      found.push(...recorded.map(statusOf));
      if (found.length >= limit) break;
    }
    return found;
  }

  /** A slow older check never overwrites a newer one. `expiresAt` in seconds since 1970. */
  async #recordCheck(check: Check, expiresAt: number): Promise<void> {
    const definite = check.credential !== 'unknown';
    const recorded = await this.#set(definite ? ['lastCheck', 'known'] : ['lastCheck'], check, expiresAt);
    if (!recorded && definite) await this.#set(['known'], check, expiresAt);
  }

  /** False when what is there is as new or newer. The first of `parts` decides. */
  #set(
    parts: readonly [keyof Recorded, ...(keyof Recorded)[]],
    check: Check,
    expiresAt: number,
  ): Promise<boolean> {
    const [first] = parts;
    const assignments = parts.map((part) => `${part} = :check`).join(', ');
    return updateItemIf(this.#table, statusKey(secretNameOf(check.secretArn)), {
      UpdateExpression: `SET ${assignments}, expiresAt = :expiresAt`,
      ConditionExpression: `attribute_not_exists(${first}) OR ${first}.checkedAt < :checkedAt`,
      ExpressionAttributeValues: {
        ':check': check,
        ':checkedAt': check.checkedAt,
        ':expiresAt': expiresAt,
      },
    });
  }
}

function checkOf(secretArn: string, result: Validation): Check {
  const { credential, verdict, checkedAt, versionId, endpoint, tls } = result;
  const certificateValidTo = tls?.certificate.validTo ?? null;
  return { secretArn, credential, verdict, checkedAt, versionId, endpoint, certificateValidTo };
}

function statusOf({ lastCheck, known }: Recorded): CredentialStatus {
  // A secret that was deleted and made again has its old name, but not its old credential.
  const shown = known?.secretArn === lastCheck.secretArn ? known : lastCheck;
  const { secretArn, verdict, checkedAt, versionId } = lastCheck;
  return {
    ...shown,
    secretName: secretNameOf(secretArn),
    endpoint: lastCheck.endpoint ?? shown.endpoint,
    certificateValidTo: lastCheck.certificateValidTo ?? shown.certificateValidTo,
    lastCheck: { verdict, checkedAt, versionId },
  };
}

function statusKey(secretName: string) {
  return keys.status(shardOf(secretName), secretName);
}

function shardOf(secretName: string): string {
  return createHash('sha256').update(secretName).digest('hex').charAt(0);
}
