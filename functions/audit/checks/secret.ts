import type { SecretDescription } from '../../credential/secret-reader.ts';
import { awsPage } from '../../smtp/reference.ts';
import type { Check } from '../check.ts';
import type { Policy } from '../facts/credential-facts.ts';
import { fail, info, notApplicable, type Outcome, pass, warn } from '../outcome.ts';

const HOUR_MS = 60 * 60 * 1000;
const DAY_MS = 24 * HOUR_MS;
/** The limit of AWS Config's and Security Hub's own rule on the age of a secret. */
const MAX_AGE_DAYS = 90;
/** A rotation takes minutes; a pending version that is older belongs to one that failed. */
const ROTATION_HOURS = 1;
/** Secrets Manager rotates within a window of the due day. */
const WINDOW_DAYS = 1;
const AWS_MANAGED_KEY = 'alias/aws/secretsmanager';

export const secretChecks: readonly Check[] = [
  {
    id: 'secret.rotation-enabled',
    practices: [3],
    title: 'Rotation',
    severity: 'high',
    why: 'A password that nobody changes works for everybody who ever saw it: former colleagues, old backups, logs.',
    mend: 'Deploy the credential with Keyturn, or attach the rotate function with RotateSecret and a schedule.',
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
    why: 'The longer a password lives, the more copies of it exist and the longer a stolen one is worth something.',
    mend: 'Rotate it now with RotateSecret, then look at why the schedule did not.',
    reference: awsPage(
      'Security Hub: SecretsManager.4',
      'securityhub/latest/userguide/secretsmanager-controls.html',
    ),
    rule: ({ description, examinedAt, policy }) => ageOutcome(description, policy, examinedAt),
  },
  {
    id: 'secret.rotation-late',
    practices: [3, 7],
    title: 'Late or stuck rotation',
    severity: 'high',
    why: 'A rotation that failed half-way leaves a new password nobody uses and an old one that grows older.',
    mend: 'Read the log of the rotate function for this secret, mend the cause, and start RotateSecret again: it goes on where it stopped.',
    reference: awsPage('Troubleshoot rotation', 'secretsmanager/latest/userguide/troubleshoot_rotation.html'),
    rule: ({ description, examinedAt }) => lateOutcome(description, examinedAt),
  },
  {
    id: 'secret.cmk',
    practices: [4],
    title: 'Encryption key',
    severity: 'low',
    why: 'Only with a customer-managed KMS key can you say who may decrypt, see each use in CloudTrail, and cut access at once.',
    mend: 'Set a customer-managed KMS key on the secret (`kmsKeyArn`), and let the readers use it.',
    reference: awsPage(
      'Encryption in Secrets Manager',
      'secretsmanager/latest/userguide/security-encryption.html',
    ),
    rule: ({ description: { kmsKeyId } }) =>
      kmsKeyId === null || kmsKeyId.endsWith(AWS_MANAGED_KEY)
        ? warn('Encrypted with the AWS managed key aws/secretsmanager.')
        : pass('Encrypted with a customer-managed KMS key.'),
  },
  {
    id: 'secret.recovery',
    practices: [15],
    title: 'Way back',
    severity: 'medium',
    why: 'If the new password turns out wrong, AWSPREVIOUS is the quickest way back; a secret that is scheduled for deletion has none.',
    mend: 'Restore the secret with RestoreSecret, or rotate it once so that a previous version exists.',
    reference: awsPage(
      'Delete and restore a secret',
      'secretsmanager/latest/userguide/manage_delete-secret.html',
    ),
    rule: ({ description }) => recoveryOutcome(description),
  },
];

function ageOutcome(secret: SecretDescription, { rotationDays }: Policy, now: number): Outcome {
  const changedAt = secret.lastRotatedAt ?? secret.createdAt;
  if (changedAt === null) return info('Secrets Manager gives no date of creation.');
  const days = (now - changedAt) / DAY_MS;
  const scheduled = secret.rotationEnabled === true && (secret.nextRotationAt ?? 0) > now;
  const limit = scheduled ? MAX_AGE_DAYS : Math.min(rotationDays, MAX_AGE_DAYS);
  const evidence = `Last changed ${Math.floor(days)} days ago; the limit is ${limit} days.`;
  if (days > limit + WINDOW_DAYS) return fail(evidence);
  return !scheduled && days > 0.8 * limit ? warn(`${evidence} No rotation is planned.`) : pass(evidence);
}

function lateOutcome(secret: SecretDescription, now: number): Outcome {
  const pending = Object.values(secret.stages).some(
    (labels) => labels.includes('AWSPENDING') && !labels.includes('AWSCURRENT'),
  );
  const { rotationEnabled, nextRotationAt, lastChangedAt } = secret;
  if (rotationEnabled && nextRotationAt !== null && nextRotationAt < now - ROTATION_HOURS * HOUR_MS)
    return fail(
      `The rotation due on ${new Date(nextRotationAt).toISOString().slice(0, 10)} has not happened.`,
    );
  const running = lastChangedAt !== null && lastChangedAt > now - ROTATION_HOURS * HOUR_MS;
  if (pending && running) return info('A rotation is under way.');
  if (pending) return fail('A version still carries AWSPENDING: a rotation began and did not finish.');
  return rotationEnabled
    ? pass('No rotation is open or overdue.')
    : notApplicable('Rotation is not enabled.');
}

function recoveryOutcome({ deletedAt, lastRotatedAt, stages }: SecretDescription): Outcome {
  if (deletedAt !== null)
    return fail(`Scheduled for deletion on ${new Date(deletedAt).toISOString().slice(0, 10)}.`);
  if (Object.values(stages).some((labels) => labels.includes('AWSPREVIOUS')))
    return pass('The previous version is kept as AWSPREVIOUS.');
  return lastRotatedAt === null
    ? pass('Never rotated yet, and not scheduled for deletion.')
    : warn('It was rotated, but no version carries AWSPREVIOUS.');
}
