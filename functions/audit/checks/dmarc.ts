import {
  type AlignmentMode,
  type DmarcFacts,
  effectivePolicy,
  parseBimiRecord,
} from '../../mail-domain/dmarc/dmarc.ts';
import type { DomainFacts } from '../../mail-domain/domains.ts';
import { covering } from '../../mail-domain/sender.ts';
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
import type { CredentialFacts } from '../subjects/credential.ts';
import { onDmarc, onDomain, quoted } from '../subjects/domain.ts';
import type { NamedIdentity } from '../subjects/ses.ts';

const SES_MAIL_FROM = 'amazonses.com';
const SUCCESS = 'Success';

export const dmarcChecks: readonly Check[] = [
  {
    id: 'dmarc.present',
    practices: [10],
    title: 'DMARC record',
    severity: 'high',
    needs: ['domain'],
    why: 'SPF and DKIM authenticate domains that nobody sees; only DMARC ties them to the From address that people read.',
    remediation:
      'Publish a TXT record at `_dmarc` below the domain: `v=DMARC1; p=none; rua=...` to begin with, then enforce it.',
    reference: rfc(9989, '4.10.1'),
    rule: onDomain(({ domain, dmarc }) =>
      decide(dmarc, ({ applied, steps }) => {
        if (applied) return pass(`The record of ${applied.domain} applies to ${domain}.`);
        return fail(`No record applies to ${domain}: none found in ${steps.length} queries up the tree.`);
      }),
    ),
  },
  {
    id: 'dmarc.single',
    practices: [10],
    title: 'Single DMARC record',
    severity: 'high',
    needs: ['domain'],
    why: 'Several DMARC records at one name count as none: receivers discard them all.',
    remediation: 'Delete all but one of the TXT records at _dmarc that begin with v=DMARC1.',
    reference: rfc(9989, '4.10'),
    rule: onDomain(({ dmarc }) =>
      decide(dmarc, ({ steps }) => {
        const many = steps.filter(({ records }) => records.length > 1);
        if (many.length > 0)
          return fail(many.map((one) => `${one.records.length} records at ${one.domain}.`).join(' '));
        return steps.some(({ records }) => records.length === 1)
          ? pass('No name has more than one record.')
          : notApplicable('There is no DMARC record.');
      }),
    ),
  },
  {
    id: 'dmarc.syntax',
    practices: [10],
    title: 'DMARC syntax',
    severity: 'high',
    needs: ['domain'],
    why: 'Receivers ignore a record that they cannot read, or the part of it that they cannot.',
    remediation:
      'Correct what is named: v=DMARC1 comes first, p= is none, quarantine or reject, and rua= is a list of mailto: URIs.',
    reference: rfc(9989, '4.7'),
    rule: onDmarc(({ errors }, { applied }) =>
      errors.length > 0
        ? fail(`The record of ${applied?.domain}: ${errors.map(quoted).join(', ')}.`)
        : pass(`The record of ${applied?.domain} is well-formed.`),
    ),
  },
  {
    id: 'dmarc.policy',
    practices: [10],
    title: 'DMARC policy',
    severity: 'high',
    needs: ['domain'],
    why: 'With p=none receivers deliver forged mail and merely report it.',
    remediation:
      'Read the reports until all your own senders pass, then set p=quarantine and finally p=reject.',
    reference: rfc(9989, '4.7'),
    rule: onDmarc((record, dmarc) => policyOutcome(record.testing, record.policy === null, dmarc)),
  },
  {
    id: 'dmarc.removed-tags',
    practices: [10],
    title: 'Outdated DMARC tags',
    severity: 'low',
    needs: ['domain'],
    why: 'The tags pct, rf and ri, and size limits in report addresses, have been removed from DMARC: some receivers still act on them, most do not.',
    remediation: 'Delete the outdated tags; use t=y instead of pct=0.',
    reference: rfc(9989, '9.3'),
    rule: onDmarc(({ removed }) =>
      removed.length > 0 ? warn(`Outdated: ${removed.join(', ')}.`) : pass('No outdated tags.'),
    ),
  },
  {
    id: 'dmarc.rua',
    practices: [7, 10],
    title: 'DMARC reports',
    severity: 'medium',
    needs: ['domain'],
    why: 'Without aggregate reports nobody sees who sends as the domain, or that one of your own senders fails.',
    remediation: 'Add rua=mailto: with a mailbox or a service that reads the reports.',
    reference: rfc(9989, '4.7'),
    rule: onDmarc(({ reportsTo }) =>
      reportsTo.length > 0
        ? pass(`Reports go to ${[...new Set(reportsTo)].join(', ')}.`)
        : warn('The record requests no aggregate reports by mail.'),
    ),
  },
  {
    id: 'dmarc.rua-auth',
    practices: [7, 10],
    title: 'Consent of the report recipient',
    severity: 'medium',
    needs: ['domain'],
    why: 'Another organization has to say in its DNS that it accepts your reports; otherwise nobody sends them there.',
    remediation:
      'Ask the recipient to publish `v=DMARC1` at your domain followed by `._report._dmarc.` and its own domain.',
    reference: rfc(9990, '4'),
    rule: onDmarc(({ reportsTo }, { receivers }) => {
      if (reportsTo.length === 0) return notApplicable('The record requests no reports.');
      return consentOutcome(receivers);
    }),
  },
  {
    id: 'dmarc.alignment',
    practices: [9, 10],
    title: 'DMARC alignment',
    severity: 'high',
    needs: ['domain', 'ses'],
    why: 'DMARC passes only if the domain that SPF or DKIM authenticates is aligned with the From address; each should hold when the other breaks.',
    remediation:
      'Have Amazon SES sign with the domain of the sender, and give the identity a MAIL FROM domain below it.',
    reference: rfc(9989, '4.4'),
    rule: alignmentOutcome,
  },
  {
    id: 'bimi.record',
    practices: [10],
    title: 'Logo in mail programs',
    severity: 'low',
    needs: ['domain'],
    why: 'A BIMI record shows your logo beside your mail, but only if the DMARC policy of the domain is enforced.',
    remediation:
      'Enforce DMARC first, and serve the logo over HTTPS; without both, the record has no effect.',
    reference: rfc(9989, '4.7'),
    rule: onDomain((domain) =>
      decide(domain.bimi, ([record]) =>
        record === undefined ? info('No BIMI record.') : bimiOutcome(record, domain),
      ),
    ),
  },
];

function policyOutcome(testing: boolean, missing: boolean, dmarc: DmarcFacts): Outcome {
  const policy = effectivePolicy(dmarc);
  const origin = `the record of ${dmarc.applied?.domain}`;
  const lowered = testing
    ? ', one step lower than written because of t=y'
    : missing
      ? ', since p= is missing, or p=, sp= or np= is not valid'
      : '';
  const evidence = `The policy is ${policy}, by ${origin}${lowered}.`;
  if (policy === 'none') return fail(evidence);
  return policy === 'quarantine' ? warn(evidence) : pass(evidence);
}

function consentOutcome(receivers: DmarcFacts['receivers']): Outcome {
  const silent = receivers.filter(({ consents }) => consents.known && !consents.value);
  if (silent.length > 0) return fail(`No consent from ${silent.map(({ domain }) => domain).join(', ')}.`);
  const unread = receivers.find(({ consents }) => !consents.known);
  if (unread && !unread.consents.known)
    return unknown(unread.consents.reason, `The consent of ${unread.domain} was not read.`);
  return receivers.length === 0
    ? pass('All reports stay within the organization.')
    : pass(`Consent from ${receivers.map(({ domain }) => domain).join(', ')}.`);
}

/** Would a message of this credential pass DMARC by SPF, by DKIM, or by both (RFC 9989 section 4.4)? */
function alignmentOutcome(facts: CredentialFacts): Outcome {
  return onDmarc((record, dmarc, { domain }) => {
    const { content, account } = facts;
    const credential = content.known && content.value.kind === 'credential' ? content.value.credential : null;
    if (credential?.provider?.type !== 'ses') {
      return unknown(
        'not-configured',
        'Which domains the server uses for DKIM and MAIL FROM is not known here.',
      );
    }
    if (credential.provider.region !== account.ses.region) {
      return unknown('other-region', `The credential is for ${credential.provider.region}.`);
    }
    const { organization } = dmarc;
    if (organization === null) return unknown('dns-failed', 'The organizational domain was not found.');
    return decide(account.ses.identities, (identities) => {
      const [identity] = covering(credential.from ?? domain, identities);
      if (!identity) return fail(`No identity of Amazon SES covers ${domain}.`);
      const dkim = aligned(signingDomain(identity), domain, record.dkimAlignment, organization);
      const spf = aligned(mailFromDomain(identity), domain, record.spfAlignment, organization);
      return outcome(dkim, spf);
    });
  })(facts);
}

interface Aligned {
  /** Null: nothing is proven. */
  readonly domain: string | null;
  readonly mode: AlignmentMode;
  readonly holds: boolean;
}

function aligned(domain: string | null, from: string, mode: AlignmentMode, organization: string): Aligned {
  const related = domain === organization || domain?.endsWith(`.${organization}`) === true;
  return { domain, mode, holds: domain === from || (mode === 'relaxed' && related) };
}

/** Of an address, Amazon SES signs with the domain only where that is an identity of its own. */
function signingDomain({ name, dkimEnabled, dkimVerification }: NamedIdentity): string | null {
  return dkimEnabled && dkimVerification === SUCCESS ? name.slice(name.lastIndexOf('@') + 1) : null;
}

function mailFromDomain({ mailFrom }: NamedIdentity): string {
  return mailFrom?.status === SUCCESS ? mailFrom.domain.toLowerCase() : SES_MAIL_FROM;
}

function outcome(dkim: Aligned, spf: Aligned): Outcome {
  const evidence = `${describe('DKIM', dkim)} ${describe('SPF', spf)}`;
  if (dkim.holds && spf.holds) return pass(evidence);
  return dkim.holds || spf.holds ? warn(evidence) : fail(evidence);
}

function describe(by: string, { domain, mode, holds }: Aligned): string {
  if (domain === null) return `${by} authenticates no domain.`;
  return `${by} authenticates ${domain}, which is ${holds ? '' : 'not '}aligned (${mode}).`;
}

function bimiOutcome(record: string, { dmarc }: DomainFacts): Outcome {
  return decide(dmarc, (facts) => {
    if (effectivePolicy(facts) === 'none') return warn('A BIMI record without an enforced DMARC policy.');
    const { logo, isServedSafely } = parseBimiRecord(record);
    return logo === '' || isServedSafely
      ? pass('A BIMI record, and DMARC is enforced.')
      : warn('The logo of the BIMI record is not at an HTTPS URI.');
  });
}
