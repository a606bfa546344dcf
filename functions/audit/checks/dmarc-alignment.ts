import type { AlignmentMode } from '../../mail-domain/dmarc/dmarc-record.ts';
import { covering, type NamedIdentity } from '../facts/covering.ts';
import type { CredentialFacts } from '../facts/credential-facts.ts';
import { decide } from '../gathered.ts';
import { fail, type Outcome, pass, unknown, warn } from '../outcome.ts';
import { onDmarc } from './domain-subject.ts';

const SES_MAIL_FROM = 'amazonses.com';
const SUCCESS = 'Success';

/** Would a message of this credential pass DMARC by SPF, by DKIM, or by both (RFC 9989 section 4.4)? */
export function alignmentOutcome(facts: CredentialFacts): Outcome {
  return onDmarc((record, dmarc, { domain }) => {
    const { content, account } = facts;
    const credential = content.known && content.value.kind === 'credential' ? content.value.credential : null;
    if (credential?.provider?.type !== 'ses') {
      return unknown('not-configured', 'Which domains the server signs and bounces with is not known here.');
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
  if (domain === null) return `${by} proves nothing.`;
  return `${by} proves ${domain}, which is ${holds ? '' : 'not '}aligned (${mode}).`;
}
