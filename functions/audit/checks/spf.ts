import { effectivePolicy } from '../../mail-domain/dmarc/dmarc.ts';
import type { DomainFacts } from '../../mail-domain/domains.ts';
import type { SendingAddress } from '../../mail-domain/route-facts.ts';
import type { SpfEvaluation, SpfResult } from '../../mail-domain/spf/check-host.ts';
import { MX_LIMIT, SPF_LIMITS, type SpfTerm } from '../../mail-domain/spf/record.ts';
import { holdsAll, type Range, type SpfFacts } from '../../mail-domain/spf/spf.ts';
import { rfc } from '../../smtp/reference.ts';
import {
  type Check,
  decide,
  fail,
  info,
  notApplicable,
  type Outcome,
  pass,
  unknown,
  warn,
} from '../check.ts';
import { onDomain, onSpf, quoted } from '../subjects/domain.ts';

/** RFC 7208 section 3.4: an answer beyond this does not fit a plain UDP packet with its name and headers. */
const LONG_OCTETS = 450;
const NEAR_LIMIT = 9;
/** A /16. */
const BROAD = 65_536;

/** Where no `all` was found on the way, such as behind a macro: how an unknown sender ends. */
const QUALIFIER: Readonly<Partial<Record<SpfResult, SpfTerm['qualifier']>>> = { fail: '-', softfail: '~' };

export const spfChecks: readonly Check[] = [
  {
    id: 'spf.present',
    practices: [10],
    title: 'SPF record',
    severity: 'high',
    needs: ['domain'],
    why: 'Without an SPF record any computer can use the domain in MAIL FROM, and receivers cannot tell.',
    remediation: 'Publish one TXT record at the domain that names who sends for it and ends in -all.',
    reference: rfc(7208, '4.5'),
    rule: onDomain(({ domain, spf }) =>
      decide(spf.records, (records) =>
        records.length === 0
          ? fail(`${domain} has no SPF record.`)
          : pass(`${domain} has ${records.length === 1 ? 'an SPF record' : 'SPF records'}.`),
      ),
    ),
  },
  {
    id: 'spf.single',
    practices: [10],
    title: 'Single SPF record',
    severity: 'high',
    needs: ['domain'],
    why: 'With two SPF records the result is permerror for every message: receivers use neither.',
    remediation: 'Merge the records into a single one that starts with v=spf1, and delete the others.',
    reference: rfc(7208, '4.5'),
    rule: onDomain(({ spf }) =>
      decide(spf.records, ({ length }) => {
        if (length === 0) return notApplicable('There is no SPF record.');
        return length === 1 ? pass('There is one SPF record.') : fail(`There are ${length} SPF records.`);
      }),
    ),
  },
  {
    id: 'spf.syntax',
    practices: [10],
    title: 'SPF syntax',
    severity: 'high',
    needs: ['domain'],
    why: 'One wrong term, here or in a record that is included, makes the result permerror for every message.',
    remediation:
      'Correct the term that is named, or remove the include of a domain that no longer has a valid record.',
    reference: rfc(7208, '4.6'),
    rule: onSpf(({ evaluation: { result, detail } }) => {
      if (result === 'temperror') return unread({ detail });
      return result === 'permerror'
        ? fail(`The evaluation ends in permerror: ${quoted(detail)}.`)
        : pass(`The record is valid; an unknown sender gets ${result}.`);
    }),
  },
  {
    id: 'spf.lookups',
    practices: [10],
    title: 'SPF lookups',
    severity: 'high',
    needs: ['domain'],
    why: 'After ten DNS lookups receivers stop with permerror, and mail from senders late in the record fails.',
    remediation:
      'Remove the includes of services that no longer send, or give services a subdomain with a record of its own.',
    reference: rfc(7208, '4.6.4'),
    rule: onSpf(({ survey: { cut, ...survey }, evaluation }) => {
      // A macro leads only the evaluation on.
      const lookups = Math.max(survey.lookups, evaluation.lookups);
      const evidence = `${cut ? 'More than ' : ''}${lookups} of at most ${SPF_LIMITS.lookups} DNS lookups.`;
      if (lookups > SPF_LIMITS.lookups) return fail(evidence);
      return lookups >= NEAR_LIMIT ? warn(evidence) : ifRead(evaluation, evidence);
    }),
  },
  {
    id: 'spf.void',
    practices: [10],
    title: 'Void SPF lookups',
    severity: 'medium',
    needs: ['domain'],
    why: 'More than two lookups that find nothing end in permerror; they come from hosts and services that are long gone.',
    remediation: 'Remove the mechanisms whose names no longer have records.',
    reference: rfc(7208, '4.6.4'),
    rule: onSpf(({ evaluation }) => {
      const { voids } = evaluation;
      const evidence = `${voids} of at most ${SPF_LIMITS.voids} lookups find nothing.`;
      return voids > SPF_LIMITS.voids ? fail(evidence) : ifRead(evaluation, evidence);
    }),
  },
  {
    id: 'spf.mx-limit',
    practices: [10],
    title: 'Mail exchangers in SPF',
    severity: 'medium',
    needs: ['domain'],
    why: 'An mx mechanism of a domain with more than ten mail exchangers ends in permerror.',
    remediation: 'Name the sending networks with ip4 and ip6 instead of mx.',
    reference: rfc(7208, '4.6.4'),
    rule: onSpf(({ survey: { manyMx }, evaluation }) =>
      manyMx.length > 0
        ? fail(`More than ${MX_LIMIT} MX records at ${manyMx.join(', ')}.`)
        : ifRead(evaluation, `No mx mechanism leads to more than ${MX_LIMIT} names.`),
    ),
  },
  {
    id: 'spf.all',
    practices: [10],
    title: 'SPF for everybody else',
    severity: 'high',
    needs: ['domain'],
    why: 'A record that does not end in -all or ~all says nothing about unknown senders, and one with +all allows them all.',
    remediation: 'End the record with -all; ~all is enough where DMARC is enforced.',
    reference: rfc(7208, '5.1'),
    rule: onSpf(({ survey, evaluation }, _spf, domain) => {
      const all = survey.all ?? QUALIFIER[evaluation.result] ?? null;
      return all === null && evaluation.result === 'temperror' ? unread(evaluation) : allOutcome(all, domain);
    }),
  },
  {
    id: 'spf.ptr-mech',
    practices: [10],
    title: 'The ptr mechanism in SPF',
    severity: 'low',
    needs: ['domain'],
    why: 'The ptr mechanism is slow and unreliable and must not be used; some receivers ignore records that contain it.',
    remediation: 'Replace ptr with ip4, ip6 or `a` mechanisms that name the senders.',
    reference: rfc(7208, '5.5'),
    rule: onSpf(({ survey: { ptr }, evaluation }) =>
      ptr.length > 0
        ? warn(`A ptr mechanism at ${ptr.join(', ')}.`)
        : ifRead(evaluation, 'No ptr mechanism.'),
    ),
  },
  {
    id: 'spf.size',
    practices: [10],
    title: 'Size of the SPF record',
    severity: 'low',
    needs: ['domain'],
    why: 'A long record does not fit into a plain DNS packet, and resolvers that cannot fall back to TCP find none.',
    remediation: 'Shorten it: remove what no longer sends, or move networks into a record that is included.',
    reference: rfc(7208, '3.4'),
    rule: onSpf(({ text }) => {
      const octets = Buffer.byteLength(text);
      return octets > LONG_OCTETS
        ? warn(`${octets} octets.`)
        : pass(`${octets} octets, at most ${LONG_OCTETS}.`);
    }),
  },
  {
    id: 'spf.breadth',
    practices: [10],
    title: 'Addresses that SPF allows',
    severity: 'medium',
    needs: ['domain'],
    why: 'Every allowed address can send as the domain; huge networks of shared hosts let others in.',
    remediation:
      'Name the smallest networks that send for the domain, and remove services that are not used.',
    reference: rfc(7208, '11.4'),
    rule: onSpf(({ survey: { addresses, cut }, evaluation }) => {
      const evidence = `IPv4 addresses that may send: ${cut ? 'at least ' : ''}${addresses}.`;
      return addresses > BROAD ? warn(evidence) : ifRead(evaluation, evidence);
    }),
  },
  {
    id: 'spf.covers-sender',
    practices: [9, 10],
    title: 'SPF for this sender',
    severity: 'high',
    needs: ['domain', 'ses'],
    why: 'If the record does not name the server that this credential sends through, your own mail fails SPF.',
    remediation:
      'Add the include of the service, or the ip4 and ip6 of your own server, to the SPF record of the MAIL FROM domain.',
    reference: rfc(7208, '2.4'),
    rule: onDomain(coverageOutcome),
  },
];

function unread({ detail }: Pick<SpfEvaluation, 'detail'>): Outcome {
  return unknown('dns-failed', `The evaluation ended in temperror: ${quoted(detail)}.`);
}

/** Nothing is well with a record of which a part was not read. */
function ifRead(evaluation: SpfEvaluation, evidence: string): Outcome {
  return evaluation.result === 'temperror' ? unread(evaluation) : pass(evidence);
}

function allOutcome(all: SpfTerm['qualifier'] | null, { dmarc }: DomainFacts): Outcome {
  if (all === null)
    return fail('The record has neither all nor a redirect that ends in one: unknown senders get neutral.');
  if (all === '+') return fail('+all: everybody may send.');
  if (all === '?') return warn('?all: unknown senders get neutral.');
  if (all === '-') return pass('-all: unknown senders fail.');
  if (!dmarc.known) return unknown(dmarc.reason, '~all, and the DMARC policy was not read.');
  return effectivePolicy(dmarc.value) === 'none'
    ? warn('~all without an enforced DMARC policy: mail from unknown senders is delivered.')
    : pass('~all, and the DMARC policy is enforced.');
}

/** Whether mail of the credential passes SPF, for the addresses or the service that it goes out through. */
function coverageOutcome(domain: DomainFacts): Outcome {
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
  return unknown('not-configured', `${evidence} Nor need it, if MAIL FROM is in another domain.`);
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
    ? unknown('not-configured', `${evidence} Whom its macros allow can be said only of one address.`)
    : otherwise(evidence);
}

/** It is not said that a server sends from the address that it listens on; a softfail may only mean that. */
function ownServer(addresses: readonly SendingAddress[], { domain, route }: DomainFacts): Outcome {
  if (addresses.length === 0) {
    return unknown(
      'not-configured',
      `${route.host} has no public address, and the address it sends from is not known.`,
    );
  }
  const results = addresses.map(({ address, spf }) => `${address} gets ${spf.result}`).join(', ');
  const evidence = `SPF of ${domain} for ${route.host}: ${results}.`;
  const got = (...names: string[]) => addresses.some(({ spf }) => names.includes(spf.result));
  if (got('temperror')) return unknown('dns-failed', evidence);
  if (got('fail', 'permerror')) return fail(evidence);
  return got('softfail', 'neutral', 'none') ? warn(evidence) : pass(evidence);
}
