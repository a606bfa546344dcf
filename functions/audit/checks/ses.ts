import { awsPage } from '../../smtp/reference.ts';
import { type Check, decide, fail, type Outcome, pass, warn } from '../check.ts';
import type { AwsFacts } from '../subjects/credential.ts';
import {
  type IdentityFacts,
  type MailFrom,
  type NamedIdentity,
  onAccount,
  onSender,
  type SendingIdentity,
  type SendingState,
  type SendQuota,
} from '../subjects/ses.ts';

const HIGH_USE = 0.8;
const SUCCESS = 'Success';

export const sesChecks: readonly Check[] = [
  {
    id: 'ses.account',
    practices: [7, 13],
    title: 'Amazon SES account',
    severity: 'critical',
    needs: ['ses'],
    why: 'When AWS has paused an account, logins still work but every message is refused.',
    remediation:
      'Look at the reputation dashboard and the messages from AWS, fix the cause, then resume sending; to leave the sandbox, request production access.',
    reference: awsPage('Request production access', 'ses/latest/dg/request-production-access.html'),
    rule: onAccount(({ sendingEnabled, state }) =>
      decide(sendingEnabled, (enabled) =>
        enabled ? decide(state, stateOutcome) : fail('Sending is paused for the whole account.'),
      ),
    ),
  },
  {
    id: 'ses.quota',
    practices: [6],
    title: 'Sending quota',
    severity: 'medium',
    needs: ['ses'],
    why: 'At the daily limit Amazon SES answers 454 and mail waits until the next day.',
    remediation: 'Request a higher quota ahead of the peak, and slow down mail that is not urgent.',
    reference: awsPage('Managing your sending limits', 'ses/latest/dg/manage-sending-quotas.html'),
    rule: onAccount(({ quota }) => decide(quota, quotaOutcome)),
  },
  {
    id: 'ses.identity',
    practices: [9],
    title: 'Sender identity',
    severity: 'critical',
    needs: ['ses'],
    why: 'Amazon SES accepts the login and then refuses each message whose sender is not verified as yours.',
    remediation: 'Verify the domain of `from` in Amazon SES in the region of the credential.',
    reference: awsPage('Creating and verifying identities', 'ses/latest/dg/creating-identities.html'),
    rule: onSender((found, { aws }) => {
      if (found.length === 0) return fail('Neither the sender nor its domain is an identity in this region.');
      const verified = found.find(({ verification }) => verification === SUCCESS);
      return verified
        ? pass(`${label(verified)} is verified.`)
        : fail(`${found.map(unverified).join(' ')}${whyNot(aws.identity)}`);
    }),
  },
  {
    id: 'ses.dkim',
    practices: [10],
    title: 'DKIM signatures',
    severity: 'high',
    needs: ['ses'],
    why: 'Without a DKIM signature of your domain, DMARC rests on SPF alone and large receivers refuse the mail or file it as spam.',
    remediation: 'Enable Easy DKIM for the domain and publish its three CNAME records.',
    reference: awsPage(
      'Authenticating e-mail with DKIM',
      'ses/latest/dg/send-email-authentication-dkim.html',
    ),
    rule: onSender((found, { aws }) => {
      if (found.length === 0) return fail('Neither the sender nor its domain is an identity in this region.');
      const signed = found.find((identity) => identity.dkimEnabled && identity.dkimVerification === SUCCESS);
      return signed
        ? decide(aws.identity, (identity) => keyOutcome(signed, identity))
        : fail(found.map((identity) => `${label(identity)}: ${dkimState(identity)}.`).join(' '));
    }),
  },
  {
    id: 'ses.mail-from',
    practices: [10],
    title: 'MAIL FROM domain',
    severity: 'medium',
    needs: ['ses'],
    why: 'Without a MAIL FROM domain of its own, SPF passes for amazonses.com only: it is not aligned with the sender, and DMARC rests on DKIM alone.',
    remediation:
      'Set a subdomain of the sender as MAIL FROM domain, publish its MX and SPF records, and choose RejectMessage, so that no message goes out without it.',
    reference: awsPage('Using a custom MAIL FROM domain', 'ses/latest/dg/mail-from.html'),
    rule: onSender((found) => {
      if (found.length === 0) return fail('Neither the sender nor its domain is an identity in this region.');
      const own = found.find(({ mailFrom }) => mailFrom);
      return own?.mailFrom
        ? mailFromOutcome(own.mailFrom)
        : warn(`${found.map(label).join(' and ')}: no MAIL FROM domain of its own.`);
    }),
  },
];

/** An address is personal data and stays out of the report. */
function label({ name }: NamedIdentity): string {
  return name.includes('@') ? 'The sender address' : name;
}

function unverified(identity: NamedIdentity): string {
  return `${label(identity)}: ${identity.verification}.`;
}

function whyNot(identity: AwsFacts['identity']): string {
  const error = identity.known ? identity.value?.verificationError : null;
  return error ? ` Amazon SES gives the cause as ${error}.` : '';
}

function dkimState({ dkimEnabled, dkimVerification }: IdentityFacts): string {
  return dkimEnabled ? `DKIM verification is ${dkimVerification}` : 'DKIM signing is off';
}

function stateOutcome({ production, enforcement }: SendingState): Outcome {
  if (enforcement === 'SHUTDOWN') return fail('AWS has shut the account down: enforcement status SHUTDOWN.');
  if (enforcement === 'PROBATION') return warn('AWS has put the account on probation and may pause it.');
  return production
    ? pass(`Sending is enabled, outside the sandbox, with enforcement status ${enforcement}.`)
    : warn(
        'Sending is enabled, but the account is in the SES sandbox: only verified recipients get its mail.',
      );
}

/** The first identity is the one whose keys version 2 tells of; one above it in DNS may sign in its place. */
function keyOutcome(signed: NamedIdentity, identity: SendingIdentity | null): Outcome {
  const signs = `${label(signed)} signs with verified DKIM keys`;
  const keyLength = identity?.name === signed.name ? identity.keyLength : null;
  if (keyLength === 'RSA_1024_BIT') return warn(`${signs} of 1024 bits, half the usual length.`);
  return pass(`${signs}${keyLength === 'RSA_2048_BIT' ? ' of 2048 bits' : ''}.`);
}

function mailFromOutcome({ domain, status, onMxFailure }: MailFrom): Outcome {
  if (status !== SUCCESS)
    return fail(`The MX record of ${domain} is not what Amazon SES expects: ${status}.`);
  return onMxFailure === 'RejectMessage'
    ? pass(`Messages leave from ${domain} or not at all.`)
    : warn(`Messages leave from amazonses.com whenever the MX record of ${domain} is not found.`);
}

function quotaOutcome({ max24Hours, sent24Hours }: SendQuota): Outcome {
  if (max24Hours < 0) return pass('The quota is unlimited.');
  const evidence = `${sent24Hours} of ${max24Hours} messages sent in 24 hours.`;
  if (sent24Hours >= max24Hours) return fail(evidence);
  return sent24Hours > HIGH_USE * max24Hours ? warn(evidence) : pass(evidence);
}
