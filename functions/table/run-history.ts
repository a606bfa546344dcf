import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import type { Summary, TrendPoint } from '../audit/report/report.ts';
import type { Run } from '../audit/run/run.ts';
import { type DynamoDBClient, PutItemCommand, QueryCommand } from '../aws/dynamodb.ts';
import { AUDIT_RUNS } from '../observe/names.ts';

const DAY_SECONDS = 24 * 60 * 60;
/** A report's trend, without its own run. */
const SHOWN = 29;

/** One item a run, by the time it started; kept as long as the reports. */
export class RunHistory {
  readonly #client: DynamoDBClient;
  readonly #table: string;
  readonly #retentionDays: number;

  constructor(client: DynamoDBClient, table: string, retentionDays: number) {
    this.#client = client;
    this.#table = table;
    this.#retentionDays = retentionDays;
  }

  /** The runs that started before this one, oldest first; the last 29. */
  async before(run: Run): Promise<TrendPoint[]> {
    const { Items = [] } = await this.#client.send(
      new QueryCommand({
        TableName: this.#table,
        KeyConditionExpression: 'pk = :pk AND sk < :position',
        ExpressionAttributeValues: marshall({ ':pk': AUDIT_RUNS, ':position': position(run) }),
        ScanIndexForward: false,
        Limit: SHOWN,
      }),
    );
    return Items.map((item) => {
      const { runId, finishedAt, score } = unmarshall(item);
      return { runId, finishedAt, score };
    }).reverse();
  }

  /** The same run again replaces its item. */
  async record(summary: Summary): Promise<void> {
    const { worst: _worst, ...fields } = summary;
    const expiresAt = Math.floor(Date.parse(summary.finishedAt) / 1000) + this.#retentionDays * DAY_SECONDS;
    const item = { pk: AUDIT_RUNS, sk: position(summary), expiresAt, ...fields };
    await this.#client.send(new PutItemCommand({ TableName: this.#table, Item: marshall(item) }));
  }
}

function position({ startedAt, runId }: Run): string {
  return `${startedAt}#${runId}`;
}
