import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda';
import type { Counts } from './audit/examined.ts';
import { announce, recordRun, writeReport } from './audit/publish.ts';
import { aggregate } from './audit/report/aggregate.ts';
import type { Summary } from './audit/report/report.ts';
import { summarise } from './audit/report/summary.ts';
import { ReportBucket } from './audit/report-bucket.ts';
import { readExaminations } from './audit/results.ts';
import { parseRun } from './audit/run.ts';
import { DynamoDBClient } from './aws/dynamodb.ts';
import { setting } from './environment.ts';
import { errorResponse, jsonResponse } from './http.ts';
import { beginInvocation } from './observe/logger.ts';
import { metrics } from './observe/metrics.ts';
import { REPORT } from './observe/names.ts';

const dynamo = new DynamoDBClient();
const bucket = new ReportBucket(setting('bucket'));

export interface Reported {
  readonly runId: string;
  readonly reportKey: string;
  readonly score: number | null;
  readonly counts: Counts;
}

/** Last state of the audit with `{ runId, startedAt }`; behind API Gateway the answer to `GET /audits/latest`. */
export const handler = async (
  event: APIGatewayProxyEvent | object,
  context: Context,
): Promise<APIGatewayProxyResult | Reported> => {
  beginInvocation(context);
  return 'httpMethod' in event ? answerLatest() : reportRun(event);
};

async function reportRun(event: object): Promise<Reported> {
  const run = parseRun(event);
  const examinations = await readExaminations(bucket, run.runId);
  const report = aggregate(run, examinations, new Date().toISOString());
  const summary = summarise(report);
  await writeReport(bucket, report, summary);
  await recordRun(dynamo, setting('table'), summary);
  announce(report);
  metrics.publishStoredMetrics();
  const { runId, reportKey, score, counts } = summary;
  return { runId, reportKey, score, counts };
}

async function answerLatest(): Promise<APIGatewayProxyResult> {
  const latest = await bucket.getJson<Summary>(REPORT.latest);
  if (latest) return jsonResponse(200, latest);
  return errorResponse({ error: 'not-found', message: 'No audit has finished yet.' });
}
