import { type DomainFacts, exchangersOf } from '../../mail-domain/domains.ts';
import {
  type MtaStsPolicy,
  matchesMx,
  type PolicyAnswer,
  parseMtaStsPolicy,
  parseMtaStsRecord,
  parseTlsRptRecord,
} from '../../mail-domain/mta-sts/mta-sts.ts';
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
import { onDomain, quoted } from '../subjects/domain.ts';

/** Seconds of a day: a shorter life leaves gaps in which nothing is enforced. */
const SHORT_AGE = 86_400;

export const mtaStsChecks: readonly Check[] = [
  {
    id: 'mtasts.record',
    practices: [10],
    title: 'MTA-STS record',
    severity: 'medium',
    needs: ['domain'],
    why: 'Without a valid record no sender asks for the policy, and mail to the domain can be read or intercepted on its way.',
    remediation:
      'Publish one TXT record at `_mta-sts`: `v=STSv1; id=` and an id of letters and digits, a new one for each change of the policy.',
    reference: rfc(8461, '3.1'),
    rule: onDomain(({ domain, mtaSts }) =>
      decide(mtaSts.records, (records) => {
        const [record, ...others] = records;
        if (record === undefined) return info(`${domain} does not use MTA-STS.`);
        return others.length > 0
          ? fail(`${records.length} records, which counts as none.`)
          : recordOutcome(record);
      }),
    ),
  },
  {
    id: 'mtasts.policy',
    practices: [10],
    title: 'MTA-STS policy',
    severity: 'medium',
    needs: ['domain'],
    why: 'The record promises a policy; where it is missing, invalid or not enforced, senders deliver as if there were none.',
    remediation:
      'Serve the policy as text/plain at `/.well-known/mta-sts.txt` of the host `mta-sts.` below the domain, with `mode: enforce` and a `max_age` of weeks.',
    reference: rfc(8461, '3.2'),
    rule: onPolicy((policy, type) => policyOutcome(policy, type)),
  },
  {
    id: 'mtasts.mx',
    practices: [10],
    title: 'MTA-STS and mail exchangers',
    severity: 'high',
    needs: ['domain'],
    why: 'Senders that enforce the policy do not deliver to a mail exchanger that it does not name.',
    remediation: 'Add the missing names to the policy, then change the id in the record.',
    reference: rfc(8461, '4.1'),
    rule: onPolicy((policy, _type, { mx }) =>
      decide(mx, (records) => exchangersOutcome(policy, exchangersOf(records))),
    ),
  },
  {
    id: 'mtasts.cert',
    practices: [10],
    title: 'Certificate of the MTA-STS policy',
    severity: 'medium',
    needs: ['domain'],
    why: 'Senders accept the policy only over a valid certificate for its host, and go on using an old policy until it expires.',
    remediation:
      'Give the policy host a certificate for its own name from a public CA, and automate its renewal.',
    reference: rfc(8461, '3.3'),
    rule: onAnswer((answer) =>
      answer.kind === 'untrusted'
        ? fail(`The certificate of the policy host is not valid: ${answer.code}.`)
        : certificateOutcome(answer),
    ),
  },
  {
    id: 'tlsrpt.present',
    practices: [7, 10],
    title: 'TLS reports',
    severity: 'low',
    needs: ['domain'],
    why: 'If other servers cannot deliver to the domain over TLS, only TLS reports tell you.',
    remediation: 'Publish a TXT record at `_smtp._tls`: `v=TLSRPTv1; rua=` with a mailto: or https: URI.',
    reference: rfc(8460, '3'),
    rule: onDomain(({ tlsRpt, mtaSts }) =>
      decide(tlsRpt, (records) => {
        const usesMtaSts = mtaSts.records.known && mtaSts.records.value.length > 0;
        const [record, ...others] = records;
        if (record === undefined)
          return warn(`No TLS reports${usesMtaSts ? ', though the domain uses MTA-STS' : ''}.`);
        return others.length > 0
          ? fail(`${records.length} records, which counts as none.`)
          : reportOutcome(record);
      }),
    ),
  },
];

function recordOutcome(record: string): Outcome {
  const { hasVersion, errors, hasId } = parseMtaStsRecord(record);
  if (!hasVersion) return fail('The record does not begin with exactly "v=STSv1;".');
  const [error] = errors;
  if (error !== undefined) return fail(`The record is not well-formed: ${quoted(error)}.`);
  return hasId
    ? pass('One record with a valid id.')
    : fail('The record has no id of 1 to 32 letters and digits.');
}

function onAnswer(rule: (answer: PolicyAnswer, domain: DomainFacts) => Outcome): Check['rule'] {
  return onDomain((domain) =>
    decide(domain.mtaSts.records, () =>
      domain.mtaSts.policy
        ? rule(domain.mtaSts.policy, domain)
        : notApplicable('The domain does not use MTA-STS.'),
    ),
  );
}

function onPolicy(rule: (policy: MtaStsPolicy, type: string, domain: DomainFacts) => Outcome): Check['rule'] {
  return onAnswer((answer, domain) => {
    if (answer.kind !== 'answered')
      return answer.kind === 'untrusted' ? untrusted(answer.code) : unread(answer);
    if (answer.status !== 200) return fail(`The policy host answers ${answer.status} instead of 200.`);
    return rule(parseMtaStsPolicy(answer.body), answer.type, domain);
  });
}

function untrusted(code: string): Outcome {
  return fail(`No sender accepts the policy: the certificate of its host is not valid (${code}).`);
}

function unread(answer: Exclude<PolicyAnswer, { kind: 'answered' | 'untrusted' }>): Outcome {
  if (answer.kind === 'absent') return fail('The policy cannot be fetched: its host is not in the DNS.');
  if (answer.kind === 'broken') return fail(`The policy cannot be fetched: ${answer.detail}.`);
  return unknown(answer.reason, `The policy was not read: ${answer.code}.`);
}

function certificateOutcome(answer: Exclude<PolicyAnswer, { kind: 'untrusted' }>): Outcome {
  if (answer.kind === 'unreached') return unread(answer);
  return answer.kind === 'absent'
    ? notApplicable('The policy host is not in the DNS.')
    : pass('The policy host has a valid certificate.');
}

function policyOutcome({ mode, maxAge, errors }: MtaStsPolicy, type: string): Outcome {
  if (errors.length > 0) return fail(`The policy is not valid: ${errors.join(', ')}.`);
  const evidence = `Mode ${mode}, for ${maxAge} seconds.`;
  if (!/^text\/plain\b/i.test(type)) return warn(`${evidence} It is not served as text/plain.`);
  if (mode !== 'enforce') return warn(evidence);
  return maxAge !== null && maxAge < SHORT_AGE
    ? warn(`${evidence} That is less than a day.`)
    : pass(evidence);
}

function exchangersOutcome({ mode, mx, errors }: MtaStsPolicy, exchangers: readonly string[]): Outcome {
  if (mode === 'none' || errors.length > 0) return notApplicable('There is no policy that senders follow.');
  if (exchangers.length === 0) return notApplicable('The domain has no mail exchangers.');
  const missing = exchangers.filter((host) => !mx.some((pattern) => matchesMx(pattern, host)));
  if (missing.length === 0) return pass(`The policy names ${exchangers.join(', ')}.`);
  const evidence = `Not named: ${missing.join(', ')}.`;
  return mode === 'enforce' ? fail(evidence) : warn(`${evidence} The policy is not enforced.`);
}

function reportOutcome(record: string): Outcome {
  const { hasVersion, errors, uris, hasUris } = parseTlsRptRecord(record);
  if (!hasVersion) return fail('The record does not begin with exactly "v=TLSRPTv1;".');
  if (errors.length > 0) return fail('The record is not well-formed.');
  return hasUris
    ? pass(`Reports go to ${uris.length} place${uris.length === 1 ? '' : 's'}.`)
    : fail('rua= is not a list of mailto: and https: URIs.');
}
