import { CATALOGUE } from '../../../../functions/audit/checks/catalogue.ts';
import { Aggregate } from '../../../../functions/audit/report/aggregate.ts';
import type { Report } from '../../../../functions/audit/report/report.ts';
import { dated } from '../../../../functions/audit/run/memory.ts';
import type { Examination, Examined, Run } from '../../../../functions/audit/run/run.ts';
import type { AcceptedRisk } from '../../../../functions/audit/settings.ts';
import type { CredentialFacts } from '../../../../functions/audit/subjects/credential.ts';
import { soundFacts } from '../sound-facts.ts';

export const RUN = { runId: 'run-1', startedAt: '2026-11-24T06:00:00.000Z' };
export const FINISHED = '2026-11-24T06:00:41.000Z';

const arnOf = (name: string) => `arn:aws:secretsmanager:us-east-1:123456789012:secret:${name}-AbCdEf`;

/** So many like it, of the same findings, without asking the rules again. */
export function many(count: number, name: string, changes: Partial<CredentialFacts> = {}): Examined[] {
  const one = examined(name, changes);
  return Array.from({ length: count }, (_, at) => {
    const secretName = `${name}-${at}`;
    return { ...one, secretName, secretArn: arnOf(secretName) };
  });
}

/** What the examination of a credential writes, by the real rules. */
export function examined(name: string, changes: Partial<CredentialFacts> = {}): Examined {
  const facts = { ...soundFacts, ...changes };
  return {
    kind: 'examined',
    secretArn: arnOf(name),
    secretName: name,
    owner: null,
    resolved: [],
    versionId: 'current',
    endpoint: { host: 'email-smtp.us-east-1.amazonaws.com', port: 587, security: 'starttls' },
    verdict: 'valid',
    certificate: facts.server.known ? (facts.server.value.session?.certificate ?? null) : null,
    findings: dated(
      CATALOGUE.map(({ id, rule }) => ({ ...rule(facts), check: id })),
      null,
      Date.parse(RUN.startedAt),
    ),
  };
}

/** The report of examinations that are all at hand. */
export function aggregate(
  run: Run,
  examinations: Iterable<Examination>,
  finishedAt: string,
  acceptedRisks: readonly AcceptedRisk[] = [],
): Report {
  const report = new Aggregate(run, acceptedRisks);
  for (const examination of examinations) {
    if (examination.kind === 'examined') report.addExamined(examination);
    else report.addUnexamined(examination);
  }
  return report.report(finishedAt, []);
}
