import type { SesProvider } from '../../rotation/providers/ses-schema.ts';
import { awsPage } from '../../smtp/reference.ts';
import type { Check } from '../check.ts';
import type { IdentityFacts, SendQuota, SesFacts } from '../facts/ses.ts';
import { decide } from '../gathered.ts';
import { fail, type Outcome, pass, unknown, warn } from '../outcome.ts';
import { onSes } from './subject.ts';

/** The quota of an account that may only write to verified addresses. The API of version 1 does not name the state. */
const SANDBOX = { max24Hours: 200, maxRate: 1 };
const HIGH_USE = 0.8;
const SUCCESS = 'Success';

type Identities = Readonly<Record<string, IdentityFacts>>;
type Identity = IdentityFacts & { readonly name: string };

export const sesChecks: readonly Check[] = [
  {
    id: 'ses.account',
    practices: [7, 13],
    title: 'Amazon SES account',
    severity: 'critical',
    why: 'When AWS pauses an account, logins still work and every message is refused.',
    mend: 'Look at the reputation dashboard and the letters of AWS, mend the cause, then resume sending; to leave the sandbox request production access.',
    reference: awsPage('Request production access', 'ses/latest/dg/request-production-access.html'),
    rule: onAccount(({ sendingEnabled, quota }) =>
      decide(sendingEnabled, (enabled) =>
        enabled ? decide(quota, sandboxOutcome) : fail('Sending is paused for the whole account.'),
      ),
    ),
  },
  {
    id: 'ses.quota',
    practices: [6],
    title: 'Sending quota',
    severity: 'medium',
    why: 'At the daily limit Amazon SES answers 454 and mail waits until the next day.',
    mend: 'Request a higher quota before the peak, and slow down senders that are not urgent.',
    reference: awsPage('Managing your sending limits', 'ses/latest/dg/manage-sending-quotas.html'),
    rule: onAccount(({ quota }) => decide(quota, quotaOutcome)),
  },
  {
    id: 'ses.identity',
    practices: [9],
    title: 'Sender identity',
    severity: 'critical',
    why: 'Amazon SES takes the login and then refuses each message whose sender is not proven to be yours.',
    mend: 'Verify the domain of `from` in Amazon SES in the region of the credential.',
    reference: awsPage('Creating and verifying identities', 'ses/latest/dg/creating-identities.html'),
    rule: onSender((found) => {
      if (found.length === 0) return fail('Neither the sender nor its domain is an identity in this region.');
      const verified = found.find(({ verification }) => verification === SUCCESS);
      return verified
        ? pass(`${label(verified)} is verified.`)
        : fail(found.map((identity) => `${label(identity)}: ${identity.verification}.`).join(' '));
    }),
  },
  {
    id: 'ses.dkim',
    practices: [10],
    title: 'DKIM signatures',
    severity: 'high',
    why: 'Without a DKIM signature of your domain, DMARC rests on SPF alone and large receivers refuse or bury the mail.',
    mend: 'Enable Easy DKIM for the domain and publish its three CNAME records.',
    reference: awsPage(
      'Authenticating e-mail with DKIM',
      'ses/latest/dg/send-email-authentication-dkim.html',
    ),
    rule: onSender((found) => {
      if (found.length === 0) return fail('Neither the sender nor its domain is an identity in this region.');
      const signed = found.find((identity) => identity.dkimEnabled && identity.dkimVerification === SUCCESS);
      return signed
        ? pass(`${label(signed)} signs with verified DKIM keys.`)
        : fail(found.map((identity) => `${label(identity)}: ${dkimState(identity)}.`).join(' '));
    }),
  },
];

function onAccount(rule: (ses: SesFacts) => Outcome): Check['rule'] {
  return onSes((provider, _credential, { ses }) => inRegion(provider, ses, () => rule(ses)));
}

/** For rules on the identities that cover the sender, the most specific one first. */
function onSender(rule: (found: readonly Identity[]) => Outcome): Check['rule'] {
  return onSes((provider, { from }, { ses }) =>
    inRegion(provider, ses, () => {
      if (!from) return unknown('not-configured', 'The secret names no sender in `from`.');
      return decide(ses.identities, (identities) => rule(covering(from, identities)));
    }),
  );
}

function inRegion({ region }: SesProvider, ses: SesFacts, rule: () => Outcome): Outcome {
  if (region === ses.region) return rule();
  return unknown('other-region', `The credential is for ${region}, the audit read ${ses.region}.`);
}

/** A verified domain covers its addresses and its subdomains. */
function covering(from: string, identities: Identities): Identity[] {
  const address = from.toLowerCase();
  const labels = address.slice(address.lastIndexOf('@') + 1).split('.');
  const domains = labels.map((_label, index) => labels.slice(index).join('.'));
  return [address, ...domains].flatMap((name) => {
    const facts = identities[name];
    return facts ? [{ name, ...facts }] : [];
  });
}

/** An address is personal data and stays out of the report. */
function label({ name }: Identity): string {
  return name.includes('@') ? 'The sender address' : name;
}

function dkimState({ dkimEnabled, dkimVerification }: IdentityFacts): string {
  return dkimEnabled ? `DKIM verification is ${dkimVerification}` : 'DKIM signing is off';
}

function sandboxOutcome({ max24Hours, maxRate }: SendQuota): Outcome {
  return max24Hours === SANDBOX.max24Hours && maxRate === SANDBOX.maxRate
    ? warn('Sending is enabled, with the quota of the SES sandbox: only verified recipients get mail.')
    : pass('Sending is enabled, outside of the sandbox.');
}

function quotaOutcome({ max24Hours, sent24Hours }: SendQuota): Outcome {
  if (max24Hours < 0) return pass('The quota is unlimited.');
  const evidence = `${sent24Hours} of ${max24Hours} messages sent in 24 hours.`;
  if (sent24Hours >= max24Hours) return fail(evidence);
  return sent24Hours > HIGH_USE * max24Hours ? warn(evidence) : pass(evidence);
}
