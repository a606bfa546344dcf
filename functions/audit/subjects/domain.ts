import type { DmarcFacts, DmarcRecord } from '../../mail-domain/dmarc/dmarc.ts';
import type { DomainFacts } from '../../mail-domain/domains.ts';
import type { OneRecord, SpfFacts } from '../../mail-domain/spf/spf.ts';
import { type Check, decide, notApplicable, type Outcome, unknown } from '../check.ts';
import { type CredentialFacts, onCredential } from './credential.ts';

const LONGEST_EVIDENCE = 1000;
const LONGEST_QUOTE = 120;

/** For rules on the domain that a credential sends as. What the DNS says is a stranger's text: evidence is made plain. */
export function onDomain(rule: (domain: DomainFacts, facts: CredentialFacts) => Outcome): Check['rule'] {
  return onCredential((_credential, facts) =>
    decide(facts.domain, (domain) => {
      const outcome = rule(domain, facts);
      return { ...outcome, evidence: plain(outcome.evidence, LONGEST_EVIDENCE) };
    }),
  );
}

/** For rules on the one SPF record that there should be. */
export function onSpf(
  rule: (record: OneRecord, spf: SpfFacts, domain: DomainFacts) => Outcome,
): Check['rule'] {
  return onDomain((domain) => {
    const { records, only } = domain.spf;
    if (!records.known) return unknown(records.reason, `The SPF record was not read: ${records.detail}.`);
    return only
      ? rule(only, domain.spf, domain)
      : notApplicable('There is not exactly one SPF record to look at.');
  });
}

/** For rules on the DMARC record that applies. */
export function onDmarc(
  rule: (record: DmarcRecord, dmarc: DmarcFacts, domain: DomainFacts) => Outcome,
): Check['rule'] {
  return onDomain((domain) =>
    decide(domain.dmarc, (dmarc) => {
      const [record] = dmarc.applied?.records ?? [];
      return record ? rule(record, dmarc, domain) : notApplicable('No DMARC record applies to the domain.');
    }),
  );
}

/** A stranger's text inside a sentence. */
export function quoted(text: string): string {
  return `"${plain(text, LONGEST_QUOTE)}"`;
}

/** One line, not endless, and without mail addresses. */
function plain(text: string, longest: number): string {
  const line = text.replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ').replaceAll('@', '(at)');
  return line.length > longest ? `${line.slice(0, longest)}…` : line;
}
