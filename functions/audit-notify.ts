import { parse } from '@aws-sdk/util-arn-parser';
import type { Context } from 'aws-lambda';
import { sendFrom } from './audit/notify/digests.ts';
import { type NotifyPorts, notify, recordTold, type Told } from './audit/notify/notify.ts';
import { SecurityHub } from './audit/notify/security-hub.ts';
import { Results } from './audit/run/results.ts';
import { parseReportedRun, type ReportedRun } from './audit/run/run.ts';
import { reportBucket, securityHub, sesOnce, table } from './deployment.ts';
import { setting } from './environment.ts';
import { beginInvocation } from './observe/logger.ts';
import { metrics } from './observe/metrics.ts';
import { handles } from './observe/shown.ts';
import { DigestClaims } from './table/audits.ts';

/** Last state of an audit, with a `ReportedRun`: tells Security Hub and the owners what the report says. */
export const handler = handles(handle);

async function handle(event: unknown, context: Context): Promise<Told> {
  beginInvocation(context);
  const run = parseReportedRun(event);
  const told = await notify(portsFor(run, context), run);
  recordTold(run.runId, told);
  metrics.publishStoredMetrics();
  return told;
}

function portsFor({ runId, startedAt, batches }: ReportedRun, context: Context): NotifyPorts {
  const claims = new DigestClaims(table(), runId);
  const from = setting('digestFrom');
  const about = { ...parse(context.invokedFunctionArn), runId, at: startedAt };
  return {
    examined: new Results(reportBucket(), { runId, batches }).examined(),
    hub: setting('securityHub') ? new SecurityHub(securityHub(), about) : null,
    send: from ? sendFrom(sesOnce(), from) : null,
    claim: (owner) => claims.claim(owner, Date.now()),
  };
}
