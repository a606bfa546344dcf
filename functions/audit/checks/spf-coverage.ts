import { holdsAll, type Range } from '../../mail-domain/address-ranges.ts';
import type { DomainFacts } from '../../mail-domain/domain-facts.ts';
import type { SendingAddress } from '../../mail-domain/route-facts.ts';
import type { SpfFacts } from '../../mail-domain/spf/spf-facts.ts';
import { decide } from '../gathered.ts';
import { fail, info, type Outcome, pass, unknown, warn } from '../outcome.ts';

/** Whether mail of the credential passes SPF, for the addresses or the service that it goes out through. */
export function coverageOutcome(domain: DomainFacts): Outcome {
  const { route, envelope, spf } = domain;
  if (route.provider === null) return decide(route.addresses, (addresses) => ownServer(addresses, domain));
  const { name, spf: includes, mailFrom } = route.provider;
  const allows = (record: SpfFacts, what: string, otherwise: typeof fail) =>
    allowsProvider(record, { includes, ranges: route.providerRanges, what, otherwise });
  if (envelope) return allows(envelope, `${name} sends with MAIL FROM of ${envelope.domain}`, fail);
  if (name === 'Amazon SES')
    return info('Amazon SES sends with a MAIL FROM domain of its own: SPF passes, for that domain.');
  return allows(spf, `Mail goes out through ${name}`, mailFrom === 'sender' ? warn : elsewhere);
}

function elsewhere(evidence: string): Outcome {
  return unknown('not-configured', `${evidence} It need not where MAIL FROM is another domain.`);
}

interface Wanted {
  /** One of them is enough. */
  readonly includes: readonly string[];
  readonly ranges: readonly Range[];
  readonly what: string;
  readonly otherwise: typeof fail;
}

/** By its include, or by all that it allows: some records are written out by a tool, address by address. */
function allowsProvider(spf: SpfFacts, { includes, ranges, what, otherwise }: Wanted): Outcome {
  if (!spf.records.known)
    return unknown(spf.records.reason, `The SPF record was not read: ${spf.records.detail}.`);
  const { text = '', survey, evaluation } = spf.only ?? {};
  const included = includes.find((name) => survey?.included.includes(name));
  if (included) return pass(`${what}, and its record includes ${included}.`);
  const include = includes.join(' or ');
  if (survey && ranges.length > 0 && holdsAll(survey.ranges, ranges))
    return pass(`${what}, and its record allows all IPv4 addresses of ${include}.`);
  if (evaluation?.result === 'temperror')
    return unknown('dns-failed', `${what}; the record of ${spf.domain} was not read to its end.`);
  const evidence = `${what}, and no valid SPF record of ${spf.domain} includes ${include}.`;
  return text.includes('%{')
    ? unknown('not-configured', `${evidence} Whom its macros allow shows only for an address.`)
    : otherwise(evidence);
}

/** It is not said that a server sends from the address that it listens on; a softfail may only mean that. */
function ownServer(addresses: readonly SendingAddress[], { domain, route }: DomainFacts): Outcome {
  if (addresses.length === 0) {
    return unknown(
      'not-configured',
      `${route.host} has no public address, and from which one it sends is not said.`,
    );
  }
  const results = addresses.map(({ address, spf }) => `${address} gets ${spf.result}`).join(', ');
  const evidence = `SPF of ${domain} for ${route.host}: ${results}.`;
  const got = (...names: string[]) => addresses.some(({ spf }) => names.includes(spf.result));
  if (got('temperror')) return unknown('dns-failed', evidence);
  if (got('fail', 'permerror')) return fail(evidence);
  return got('softfail', 'neutral', 'none') ? warn(evidence) : pass(evidence);
}
