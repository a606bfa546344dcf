import { type Gathered, known } from '../../gathered.ts';
import { keyName } from './dkim-facts.ts';
import type { DomainFacts } from './domain-facts.ts';

type Values = Gathered<readonly string[]>;

/** The records that decide what becomes of a domain's mail, as `<type> <name>` to their values; those not read are left out. */
export function seenRecords(facts: DomainFacts): Readonly<Record<string, readonly string[]>> {
  const read = rows(facts).flatMap(([name, values]) => (values.known ? [[name, values.value] as const] : []));
  return Object.fromEntries(read);
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
