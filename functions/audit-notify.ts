import type { Context } from 'aws-lambda';
import { type Claim, type Delivered, Digests, sendFrom } from './audit/notify/digests.ts';
import { type Imports, SecurityHub } from './audit/notify/security-hub.ts';
import { AcceptedRisks, credentialReport } from './audit/report/credential-report.ts';
import { Results } from './audit/run/results.ts';
import { parseReportedRun } from './audit/run/run.ts';
import { reportBucket, securityHub, sesOnce, table } from './deployment.ts';
import { setting } from './environment.ts';
import { beginInvocation, logger } from './observe/logger.ts';
import { countMetric, metrics } from './observe/metrics.ts';
import { handles } from './observe/shown.ts';
import { DigestClaims } from './table/audits.ts';

export interface Told {
  /** Null where the configuration does not want it. */
  readonly securityHub: Imports | null;
  readonly digests: Delivered | null;
}

/** Last state of an audit, with a `ReportedRun`: tells Security Hub and the owners what the report says. */
export const handler = handles(handle);

async function handle(event: unknown, context: Context): Promise<Told> {
  beginInvocation(context);
  const { runId, startedAt, batches, acceptedRisks } = parseReportedRun(event);
  const risks = new AcceptedRisks(acceptedRisks, startedAt);
  const hub = setting('securityHub')
    ? new SecurityHub(securityHub(), { ...ownAccount(context), runId, at: startedAt })
    : null;
  const from = setting('digestFrom');
  const digests = from ? new Digests() : null;
  for await (const examined of new Results(reportBucket(), { runId, batches }).examined()) {
    const report = credentialReport(examined, risks);
    await hub?.add(report, examined.resolved);
    digests?.add(report, examined.owner);
  }
  const told = {
    securityHub: hub ? await hub.end() : null,
    digests:
      digests && from ? await digests.send(startedAt, claimIn(runId), sendFrom(sesOnce(), from)) : null,
  };
  say(runId, told);
  return told;
}

function claimIn(runId: string): Claim {
  const claims = new DigestClaims(table(), runId);
  return (owner) => claims.claim(owner, Date.now());
}

/** Numbers only: an owner's address has no place in a log. */
function say(runId: string, { securityHub, digests }: Told): void {
  const failed = (securityHub?.failed ?? 0) + (digests?.failed ?? 0);
  const line = {
    event: 'audit.told',
    runId,
    result: failed > 0 ? 'partly-told' : 'told',
    securityHub,
    digests,
  };
  logger[failed > 0 ? 'error' : 'info']('audit.told', line);
  countMetric('auditNotTold', failed);
  metrics.publishStoredMetrics();
}

/** `arn:<partition>:lambda:<region>:<account>:function:...` */
function ownAccount({ invokedFunctionArn }: Context) {
  const [, partition = '', , region = '', accountId = ''] = invokedFunctionArn.split(':');
  return { partition, region, accountId };
}
