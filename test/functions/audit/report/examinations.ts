import { CATALOGUE } from '../../../../functions/audit/catalogue.ts';
import type { Examined, Finding } from '../../../../functions/audit/examined.ts';
import type { CredentialFacts } from '../../../../functions/audit/facts/credential-facts.ts';
import { soundFacts } from '../sound-facts.ts';

export const RUN = { runId: 'run-1', startedAt: '2026-11-24T06:00:00.000Z' };
export const FINISHED = '2026-11-24T06:00:41.000Z';

/** What the examination of a credential writes, by the real rules. */
export function examined(name: string, changes: Partial<CredentialFacts> = {}): Examined {
  const facts = { ...soundFacts, ...changes };
  return {
    kind: 'examined',
    secretArn: `arn:aws:secretsmanager:us-east-1:123456789012:secret:${name}-AbCdEf`,
    secretName: name,
    versionId: 'current',
    endpoint: { host: 'email-smtp.us-east-1.amazonaws.com', port: 587, security: 'starttls' },
    verdict: 'valid',
    findings: CATALOGUE.map(({ id, rule }): Finding => ({ ...rule(facts), check: id })),
  };
}
