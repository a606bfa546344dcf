import { createHash } from 'node:crypto';
import { type Gathered, known } from '../net/gathered.ts';
import { keyName } from './dkim/dkim-facts.ts';
import type { DomainFacts } from './domain-facts.ts';

type Values = Gathered<readonly string[]>;

/** The records that decide what becomes of a domain's mail: `<type> <name>`, and SHA-256 (hexadecimal) of the values. */
export function seenRecords(facts: DomainFacts): [name: string, sha256: Gathered<string>][] {
  return rows(facts).map(([name, values]) => [name, values.known ? known(hashOf(values.value)) : values]);
}

/** Whatever the order in which a name server puts them. */
function hashOf(values: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(values.toSorted())).digest('hex');
}

function rows({ domain, mx, spf, dmarc, mtaSts, tlsRpt, dkim }: DomainFacts): [string, Values][] {
  const exchangers = mx.known
    ? known(mx.value.map(({ preference, exchange }) => `${preference} ${exchange}`))
    : mx;
  const steps = dmarc.known ? dmarc.value.steps : [];
  return [
    [`MX ${domain}`, exchangers],
    [`TXT ${domain}`, spf.records],
    [`TXT _mta-sts.${domain}`, mtaSts.records],
    [`TXT _smtp._tls.${domain}`, tlsRpt],
    ...steps.map(({ domain: at, texts }): [string, Values] => [`TXT _dmarc.${at}`, known(texts)]),
    ...dkim.flatMap(({ key, ...selector }): [string, Values][] =>
      key.known && key.value ? [[`TXT ${keyName(selector)}`, known([key.value.text])]] : [],
    ),
  ];
}
