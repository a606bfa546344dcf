import { logger } from '../../observe/logger.ts';
import { countMetric } from '../../observe/metrics.ts';
import { AcceptedRisks, credentialReport } from '../report/credential-report.ts';
import type { Examined } from '../run/examination.ts';
import type { ReportedRun } from '../run/run.ts';
import { type Claim, type Delivered, Digests } from './digests.ts';
import type { Imports, SecurityHub } from './security-hub.ts';

export interface NotifyPorts {
  readonly examined: AsyncIterable<Examined>;
  /** Null where the configuration does not want it. */
  readonly hub: SecurityHub | null;
  readonly send: Parameters<Digests['send']>[2] | null;
  /** Whether nobody has sent this owner's digest of the run yet. */
  readonly claim: Claim;
}

export interface Told {
  /** Null where the configuration does not want it. */
  readonly securityHub: Imports | null;
  readonly digests: Delivered | null;
}

/** Tells Security Hub and the owners what the audit found, credential by credential. */
export async function notify(ports: NotifyPorts, run: ReportedRun): Promise<Told> {
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
export function recordTold(runId: string, { securityHub, digests }: Told): void {
  const failed = (securityHub?.failed ?? 0) + (digests?.failed ?? 0);
  const result = failed > 0 ? 'partly-told' : 'told';
  const line = { event: 'audit.told', runId, result, securityHub, digests };
  logger[failed > 0 ? 'error' : 'info']('audit.told', line);
  countMetric('auditNotTold', failed);
}
