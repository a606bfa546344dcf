import type { DmarcFacts } from './dmarc-facts.ts';
import type { DmarcPolicy } from './dmarc-record.ts';

const ONE_STEP_LOWER: Readonly<Record<DmarcPolicy, DmarcPolicy>> = {
  reject: 'quarantine',
  quarantine: 'none',
  none: 'none',
};

/** What receivers are asked to do with mail of the author domain that fails (RFC 9989 section 4.7). */
export function effectivePolicy(dmarc: Pick<DmarcFacts, 'applied' | 'steps' | 'exists'>): DmarcPolicy {
  const [record] = dmarc.applied?.records ?? [];
  if (!record) return 'none';
  const own = dmarc.applied?.domain === dmarc.steps[0]?.domain;
  const inherited = record.subdomains ?? record.policy;
  const chosen = own ? record.policy : dmarc.exists ? inherited : (record.nonexistent ?? inherited);
  const policy = chosen ?? 'none';
  return record.testing ? ONE_STEP_LOWER[policy] : policy;
}
