import { overdueSince } from '../../lifecycle/situation.ts';
import { isStuck, pendingByLabels } from '../../lifecycle/stuck.ts';
import type { SecretDescription } from '../../secrets/description.ts';
import { awsPage } from '../../smtp/reference.ts';
import { type Check, decide, fail, info, notApplicable, type Outcome, pass, warn } from '../check.ts';
import type { AuditSettings } from '../settings.ts';
import { type CredentialFacts, type EncryptionKey, isManual } from '../subjects/credential.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
/** The limit of AWS Config's and Security Hub's own rule on the age of a secret. */
const MAX_AGE_DAYS = 90;
/** Secrets Manager rotates within a window of the due day. */
const WINDOW_DAYS = 1;
const AWS_MANAGED_KEY = 'alias/aws/secretsmanager';

export const secretChecks: readonly Check[] = [
  {
    id: 'secret.rotation-enabled',
    practices: [3],
    title: 'Rotation',
    severity: 'high',
    needs: ['secret'],
    why: 'A password that nobody changes works for everybody who has ever seen it: former colleagues, old backups, logs.',
    remediation:
      'Deploy the credential with Keyturn, or attach the rotate function with RotateSecret and a schedule.',
    reference: awsPage(
      'Rotate Secrets Manager secrets',
      'secretsmanager/latest/userguide/rotating-secrets.html',
    ),
    rule: ({ description }) =>
      description.rotationEnabled
        ? pass('RotationEnabled is true.')
        : fail('RotationEnabled is false, or rotation was never configured.'),
  },
  {
    id: 'secret.rotation-age',
    practices: [3],
    title: 'Age of the secret',
    severity: 'medium',
    needs: ['secret'],
    why: 'The longer a password lives, the more copies of it exist, and the longer a stolen one stays useful.',
    remediation: 'Rotate it now with `keyturn rotate`, then find out why the schedule did not.',
    reference: awsPage(
      'Security Hub: SecretsManager.4',
      'securityhub/latest/userguide/secretsmanager-controls.html',
    ),
    rule: ({ description, examinedAt, settings }) => ageOutcome(description, settings, examinedAt),
  },
  {
    id: 'secret.rotation-late',
    practices: [3, 7],
    title: 'Late or stuck rotation',
    severity: 'high',
    needs: ['secret'],
    why: 'A rotation that failed half-way leaves a new password that nobody uses and an old one that keeps ageing.',
    remediation:
      'Read the log of the rotate function for this secret, fix the cause, and let Secrets Manager try again; or clear what is left with `keyturn doctor --fix` and start afresh with `keyturn rotate`.',
    reference: awsPage('Troubleshoot rotation', 'secretsmanager/latest/userguide/troubleshoot_rotation.html'),
    rule: lateOutcome,
  },
  {
    id: 'secret.cmk',
    practices: [4],
    title: 'Encryption key',
    severity: 'low',
    needs: ['secret', 'account'],
    why: 'Only with a customer-managed KMS key can you say who may decrypt, see each use in CloudTrail, and cut access off at once.',
    remediation:
      'Set a customer-managed KMS key on the secret (`kmsKeyArn`), let the readers use it, and enable its yearly rotation with EnableKeyRotation.',
    reference: awsPage(
      'Encryption in Secrets Manager',
      'secretsmanager/latest/userguide/security-encryption.html',
    ),
    rule: ({ description: { kmsKeyId }, aws }) =>
      isAwsManaged(kmsKeyId)
        ? warn('Encrypted with the AWS managed key aws/secretsmanager.')
        : decide(aws.key, keyOutcome),
  },
  {
    id: 'secret.recovery',
    practices: [15],
    title: 'Recovery',
    severity: 'medium',
    needs: ['secret', 'account'],
    why: 'If the new password turns out wrong, AWSPREVIOUS is the quickest way back; a secret that is scheduled for deletion has none.',
    remediation:
      'Restore the secret with RestoreSecret, or rotate it once so that a previous version exists; enable point-in-time recovery for the table.',
    reference: awsPage(
      'Delete and restore a secret',
      'secretsmanager/latest/userguide/manage_delete-secret.html',
    ),
    rule: ({ description, account }) => recoveryOutcome(description, account),
  },
];

function ageOutcome(secret: SecretDescription, { rotationDays }: AuditSettings, now: number): Outcome {
  const changedAt = secret.lastRotatedAt ?? secret.createdAt;
  if (changedAt === null) return info('Secrets Manager gives no date of creation.');
  const days = (now - changedAt) / DAY_MS;
  const scheduled = secret.rotationEnabled === true && (secret.nextRotationAt ?? 0) > now;
  const limit = scheduled ? MAX_AGE_DAYS : Math.min(rotationDays, MAX_AGE_DAYS);
  const evidence = `Last changed ${Math.floor(days)} days ago; the limit is ${limit} days.`;
  if (days > limit + WINDOW_DAYS) return fail(evidence);
  return !scheduled && days > 0.8 * limit ? warn(`${evidence} No rotation is planned.`) : pass(evidence);
}

function lateOutcome(facts: CredentialFacts): Outcome {
  const { description, examinedAt } = facts;
  const overdue = overdueSince(description.schedule, examinedAt);
  if (overdue !== null)
    return fail(`The rotation due by ${new Date(overdue).toISOString().slice(0, 10)} has not happened.`);
  // Stryker disable next-line BooleanLiteral: whether there is one does not depend on who makes it
  if (pendingByLabels(description, false).kind !== 'none') return pendingOutcome(facts);
  return description.rotationEnabled
    ? pass('No rotation is open or overdue.')
    : notApplicable('Rotation is not enabled.');
}

function pendingOutcome({ description, content, examinedAt }: CredentialFacts): Outcome {
  const byPerson = isManual(content);
  if (isStuck(pendingByLabels(description, byPerson), examinedAt))
    return fail('A version still carries AWSPENDING: a rotation began and did not finish.');
  const waits = byPerson ? ': it waits for a person, who makes the new credential' : '';
  return info(`A rotation is under way${waits}.`);
}

function recoveryOutcome(
  { deletedAt, lastRotatedAt, stages }: SecretDescription,
  { tableRecovery }: CredentialFacts['account'],
): Outcome {
  if (deletedAt !== null)
    return fail(`Scheduled for deletion on ${new Date(deletedAt).toISOString().slice(0, 10)}.`);
  const previous = Object.values(stages).some((labels) => labels.includes('AWSPREVIOUS'));
  if (!previous && lastRotatedAt !== null) return warn('It was rotated, but no version carries AWSPREVIOUS.');
  const kept = previous ? 'The previous version is kept as AWSPREVIOUS' : 'Never rotated yet';
  return decide(tableRecovery, (enabled) =>
    enabled
      ? pass(`${kept}, and the table of Keyturn has point-in-time recovery.`)
      : warn(
          `${kept}, but the table of Keyturn, which knows what was retired, has no point-in-time recovery.`,
        ),
  );
}

/** Without its key a secret is lost, though it is still there. */
function keyOutcome({ state, rotates }: EncryptionKey): Outcome {
  const own = 'Encrypted with a customer-managed KMS key';
  if (state !== 'Enabled') return fail(`${own} whose state is ${state}: nobody can read the secret.`);
  return rotates
    ? pass(`${own} that KMS rotates.`)
    : warn(`${own} that KMS does not rotate: its material stays the same for ever.`);
}

export function isAwsManaged(kmsKeyId: string | null): boolean {
  return kmsKeyId === null || kmsKeyId.endsWith(AWS_MANAGED_KEY);
}
