import { parse } from '@aws-sdk/util-arn-parser';
import type { Context } from 'aws-lambda';
import { type Claim, type Delivered, Digests, sendFrom } from './audit/notify/digests.ts';
import { type Imports, SecurityHub } from './audit/notify/security-hub.ts';
import { AcceptedRisks, credentialReport } from './audit/report/credential-report.ts';
import { Results } from './audit/run/results.ts';
import { type Examined, parseReportedRun, type ReportedRun } from './audit/run/run.ts';
import { reportBucket, securityHub, sesOnce, table } from './deployment.ts';
import { setting } from './environment.ts';
import { beginInvocation, logger } from './observe/logger.ts';
import { countMetric, metrics } from './observe/metrics.ts';
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

interface NotifyPorts {
  readonly examined: AsyncIterable<Examined>;
  /** Null where the configuration does not want it. */
  readonly hub: SecurityHub | null;
  readonly send: Parameters<Digests['send']>[2] | null;
  /** Whether nobody has sent this owner's digest of the run yet. */
  readonly claim: Claim;
}

interface Told {
  /** Null where the configuration does not want it. */
  readonly securityHub: Imports | null;
  readonly digests: Delivered | null;
}

/** Tells Security Hub and the owners what the audit found, credential by credential. */
async function notify(ports: NotifyPorts, run: ReportedRun): Promise<Told> {
  const { examined, hub, send, claim } = ports;
  const risks = new AcceptedRisks(run.acceptedRisks, run.startedAt);
  const digests = new Digests();
  for await (const one of examined) {
    const report = credentialReport(one, risks);
    await hub?.add(report, one.resolved);
    if (send) digests.add(report, one.owner);
  }
  const securityHub = hub && (await hub.end());
  return { securityHub, digests: send && (await digests.send(run.startedAt, claim, send)) };
}

/** Numbers only: an owner's address has no place in a log. */
function recordTold(runId: string, { securityHub, digests }: Told): void {
  const failed = (securityHub?.failed ?? 0) + (digests?.failed ?? 0);
  const result = failed > 0 ? 'partly-told' : 'told';
  const line = { event: 'audit.told', runId, result, securityHub, digests };
  logger[failed > 0 ? 'error' : 'info']('audit.told', line);
  countMetric('auditNotTold', failed);
}
