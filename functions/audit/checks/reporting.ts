import { effectivePolicy } from '../../mail-domain/dmarc/effective-policy.ts';
import { parseTagList } from '../../mail-domain/dmarc/tag-list.ts';
import type { DomainFacts } from '../../mail-domain/domain-facts.ts';
import { rfc } from '../../smtp/reference.ts';
import type { Check } from '../check.ts';
import { decide } from '../gathered.ts';
import { fail, info, type Outcome, pass, warn } from '../outcome.ts';
import { onDomain } from './domain-subject.ts';

/** RFC 8460 section 3, case-sensitive. */
const TLS_RPT = /^v=TLSRPTv1[ \t]*;/;
const URI = /^(mailto:[^@\s]+@[^@\s]+|https:\/\/\S+)$/i;

export const reportingChecks: readonly Check[] = [
  {
    id: 'tlsrpt.present',
    practices: [7, 10],
    title: 'TLS reports',
    severity: 'low',
    needs: ['domain'],
    why: 'When other servers cannot deliver to the domain over TLS, only TLS reports tell you.',
    remediation: 'Publish a TXT record at _smtp._tls: v=TLSRPTv1; rua= with a mailto: or https: URI.',
    reference: rfc(8460, '3'),
    rule: onDomain(({ tlsRpt, mtaSts }) =>
      decide(tlsRpt, (records) => {
        const usesMtaSts = mtaSts.records.known && mtaSts.records.value.length > 0;
        const [record, ...others] = records;
        if (record === undefined)
          return warn(`No TLS reports${usesMtaSts ? ', though the domain uses MTA-STS' : ''}.`);
        return others.length > 0
          ? fail(`${records.length} records, so there is none.`)
          : reportOutcome(record);
      }),
    ),
  },
  {
    id: 'bimi.record',
    practices: [10],
    title: 'Logo in mail programs',
    severity: 'low',
    needs: ['domain'],
    why: 'A BIMI record shows a logo beside your mail, but only for a domain whose DMARC policy is enforced.',
    remediation: 'Enforce DMARC first, and serve the logo over https; without both the record does nothing.',
    reference: rfc(9989, '4.7'),
    rule: onDomain((domain) =>
      decide(domain.bimi, ([record]) =>
        record === undefined ? info('No BIMI record.') : bimiOutcome(record, domain),
      ),
    ),
  },
];

function reportOutcome(record: string): Outcome {
  if (!TLS_RPT.test(record)) return fail('The record does not begin with v=TLSRPTv1; to the letter.');
  const { tags, errors } = parseTagList(record);
  const uris = (tags.get('rua') ?? '').split(',').map((uri) => uri.trim());
  if (errors.length > 0) return fail('The record is not well formed.');
  return uris.every((uri) => URI.test(uri))
    ? pass(`Reports go to ${uris.length} place${uris.length === 1 ? '' : 's'}.`)
    : fail('rua= is not a list of mailto: and https: URIs.');
}

function bimiOutcome(record: string, { dmarc }: DomainFacts): Outcome {
  return decide(dmarc, (facts) => {
    if (effectivePolicy(facts) === 'none')
      return warn('A BIMI record without a DMARC policy that is enforced.');
    const logo = parseTagList(record).tags.get('l') ?? '';
    return logo === '' || /^https:\/\//i.test(logo)
      ? pass('A BIMI record, and DMARC is enforced.')
      : warn('The logo of the BIMI record is not at an https: URI.');
  });
}
