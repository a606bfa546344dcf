import { inactiveFrom, promotedAt } from '../../lifecycle/retirable.ts';
import { isStuck, pendingByLabels } from '../../lifecycle/stuck.ts';
import type { IssuedCredential } from '../../providers/provider.ts';
import { awsPage } from '../../smtp/reference.ts';
import { type Check, decide, fail, type Outcome, pass, warn } from '../check.ts';
import type { PeopleFacts } from '../subjects/account.ts';
import { type CredentialFacts, onCredential } from '../subjects/credential.ts';
import { limitingKeys, listOf, type PolicyStatement, type SmtpUser } from '../subjects/iam.ts';
import { onSes } from '../subjects/ses.ts';

const HOUR_MS = 60 * 60 * 1000;
/** All that an SMTP user needs. */
const SENDING: readonly string[] = ['ses:sendemail', 'ses:sendrawemail'];
/** They tie a stolen key to one sender, or to the place that mail comes from. */
const FENCES = /^(ses:fromaddress|aws:sourceip|aws:sourcevpc|aws:sourcevpce|aws:vpcsourceip)$/i;
const TOKENS: readonly string[] = ['XOAUTH2', 'OAUTHBEARER'];

export const iamChecks: readonly Check[] = [
  {
    id: 'iam.smtp-user',
    practices: [14],
    title: 'IAM user of the credential',
    severity: 'high',
    needs: ['iam'],
    why: 'The SMTP password of Amazon SES is derived from an access key of this user: whoever steals that key can do all that the user may, and a replaced key that is still active is one that nobody watches.',
    remediation:
      'Leave it ses:SendRawEmail with a condition on ses:FromAddress, no console password, and one active key. If another key is active, find out who uses it; the retire function deletes it once it is unused.',
    reference: awsPage('Control access to Amazon SES', 'ses/latest/dg/control-user-access.html'),
    rule: onSes((_ses, { username }, facts) =>
      decide(facts.keys, (keys) => {
        const outcome = keysOutcome(keys, username, facts);
        if (outcome.status !== 'pass') return outcome;
        return decide(facts.aws.user, (user) => userOutcome(user, outcome.evidence));
      }),
    ),
  },
  {
    id: 'iam.simulate',
    practices: [5, 14],
    title: 'Permission to send',
    severity: 'critical',
    needs: ['iam', 'ses'],
    why: 'Amazon SES accepts the login of a user without permission, and refuses each message once it has been sent.',
    remediation:
      'Allow the user ses:SendRawEmail on the identity of its sender and on the configuration set of that identity, and look for a permissions boundary or a deny statement that forbids it.',
    reference: awsPage(
      'Testing IAM policies with the policy simulator',
      'IAM/latest/UserGuide/access_policies_testing-policies.html',
    ),
    rule: onSes((_ses, _credential, { aws: { simulated } }) =>
      decide(simulated, (decision) =>
        decision === 'allowed'
          ? pass('IAM allows the user ses:SendRawEmail as this sender.')
          : fail(`IAM answers ${decision} to ses:SendRawEmail as this sender.`),
      ),
    ),
  },
  {
    id: 'mfa.identity',
    practices: [2],
    title: 'Second factor for people',
    severity: 'medium',
    needs: ['login', 'account'],
    why: 'SMTP AUTH itself has no second factor, so the people who may read its password should need one.',
    remediation:
      'Give each IAM user with a console password, and the root user, an MFA device; better, have people sign in through IAM Identity Center.',
    reference: awsPage('MFA in IAM', 'IAM/latest/UserGuide/id_credentials_mfa.html'),
    rule: onCredential((_credential, facts) =>
      decide(facts.account.people, (people) => peopleOutcome(people, facts)),
    ),
  },
];

function keysOutcome(
  keys: readonly IssuedCredential[],
  username: string,
  { settings, examinedAt, description }: CredentialFacts,
): Outcome {
  const current = keys.find(({ id }) => id === username);
  if (!current) return fail('The access key of this secret no longer belongs to the IAM user.');
  if (!current.active) return fail('The access key of this secret is inactive.');
  const other = keys.find(({ id, active }) => active && id !== username);
  if (!other) return pass('One active access key, the one in the secret.');
  const replacedAt = promotedAt(description.lastRotatedAt, current.createdAt);
  if ((other.createdAt ?? 0) > replacedAt && isRotating(description, examinedAt))
    return pass('A second access key is active, which the rotation under way has made.');
  const hours = Math.floor((examinedAt - replacedAt) / HOUR_MS);
  const evidence = `A second access key is active ${hours} hours after the change; ${lastUse(other, examinedAt)}`;
  return examinedAt > inactiveFrom(replacedAt, settings)
    ? fail(evidence)
    : pass(`${evidence} The overlap is not over yet.`);
}

function isRotating(description: CredentialFacts['description'], now: number): boolean {
  const pending = pendingByLabels(description, false);
  return pending.kind === 'open' && !isStuck(pending, now);
}

function lastUse({ lastUsedAt }: IssuedCredential, now: number): string {
  if (lastUsedAt === null) return 'it was never used.';
  return `it was last used ${Math.floor((now - lastUsedAt) / HOUR_MS)} hours ago.`;
}

function userOutcome({ statements, groups, console }: SmtpUser, keys: string): Outcome {
  if (console) return fail('The IAM user has a console password.');
  const allowing = statements.filter(({ Effect }) => Effect === 'Allow');
  const others = [...new Set(allowing.flatMap(othersThanSending))];
  if (others.length > 0) return fail(`The IAM user may do more than send: ${others.slice(0, 5).join(', ')}.`);
  if (groups > 0)
    return warn(`The IAM user is in ${groups} groups, whose permissions are not examined here.`);
  if (allowing.length === 0) return warn('No policy of the IAM user allows it anything; see `iam.simulate`.');
  if (allowing.some((statement) => !limitingKeys(statement).some((key) => FENCES.test(key))))
    return warn('The IAM user may send as any address of its identity, from anywhere.');
  return pass(`${keys} The IAM user may do nothing but send, and only as its sender.`);
}

function othersThanSending({ Action, NotAction }: PolicyStatement): string[] {
  if (NotAction !== undefined) return [`everything but ${listOf(NotAction).join(', ')}`];
  return listOf(Action).filter((action) => !SENDING.includes(action.toLowerCase()));
}

function peopleOutcome(
  { withPassword, withoutMfa, rootMfa }: PeopleFacts,
  { login }: CredentialFacts,
): Outcome {
  if (!rootMfa) return warn('The root user of the account has no MFA device.');
  if (withoutMfa > 0)
    return warn(`${withoutMfa} of ${withPassword} IAM users with a console password have no MFA device.`);
  const mechanism = loginText(login.known ? login.value.evidence?.used : null);
  return pass(
    `${mechanism}; the root user and all ${withPassword} IAM users with a console password have MFA devices.`,
  );
}

function loginText(used: string | null | undefined): string {
  if (!used) return 'How the credential logs in was not seen';
  return TOKENS.includes(used)
    ? `The credential logs in with a token (${used})`
    : 'The credential logs in with a password alone';
}
