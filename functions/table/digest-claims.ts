import { createHash } from 'node:crypto';
import { marshall } from '@aws-sdk/util-dynamodb';
import { type DynamoDBClient, putIf } from '../aws/dynamodb.ts';
import { DIGEST_CLAIMS } from '../observe/names.ts';

const DAY_SECONDS = 24 * 60 * 60;
/** Step Functions lets the name of an execution be used again after so many days. */
const KEPT_DAYS = 90;

/** Who is written to in a run: claimed before the mail goes out, so that a state that is tried again sends none twice. */
export class DigestClaims {
  readonly #client: DynamoDBClient;
  readonly #table: string;
  readonly #runId: string;

  constructor(client: DynamoDBClient, table: string, runId: string) {
    this.#client = client;
    this.#table = table;
    this.#runId = runId;
  }

  /** True for who asks first. Of the address only a hash is kept. `now` in milliseconds since 1970. */
  async claim(owner: string, now: number): Promise<boolean> {
    const pk = `${DIGEST_CLAIMS}${this.#runId}`;
    const sk = createHash('sha256').update(owner).digest('hex');
    const expiresAt = Math.ceil(now / 1000) + KEPT_DAYS * DAY_SECONDS;
    return putIf(this.#client, {
      TableName: this.#table,
      Item: marshall({ pk, sk, expiresAt }),
      ConditionExpression: 'attribute_not_exists(pk)',
    });
  }
}
