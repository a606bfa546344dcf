import type { DescribeSecretCommandOutput, SecretListEntry } from '@aws-sdk/client-secrets-manager';
import { parse } from '@aws-sdk/util-arn-parser';
import { ADMIN_TAG, MANAGED_TAG, OWNER_TAG } from '../observe/names.ts';

/** When Secrets Manager shall rotate a secret and when it did; times in milliseconds since 1970. */
export interface RotationSchedule {
  readonly enabled: boolean;
  /** Secrets Manager works it out of any schedule after each rotation (API_RotationRulesType). */
  readonly everyDays: number | null;
  /** `Duration` of the rules, as in `3h`. */
  readonly window: string | null;
  readonly lastRotatedAt: number | null;
  readonly nextRotationAt: number | null;
}

/** DescribeSecret, as far as it is used; dates in milliseconds since 1970, absent ones null. */
export interface SecretDescription {
  readonly kind: 'found';
  readonly arn: string;
  readonly name: string;
  readonly managed: boolean;
  readonly tags: Readonly<Record<string, string>>;
  /** Version id to staging labels. */
  readonly stages: Readonly<Record<string, readonly string[]>>;
  /** Null when rotation was never configured; the rotation contract treats only `false` as disabled. */
  readonly rotationEnabled: boolean | null;
  /** ARN of the function that Secrets Manager rotates it with, as it was set up; null: with none. */
  readonly rotationFunction: string | null;
  readonly schedule: RotationSchedule;
  readonly kmsKeyId: string | null;
  readonly createdAt: number | null;
  readonly lastChangedAt: number | null;
  readonly lastRotatedAt: number | null;
  readonly nextRotationAt: number | null;
  readonly deletedAt: number | null;
  readonly replicas: readonly Replica[];
}

/** A copy of the secret in another region. */
export interface Replica {
  readonly region: string;
  /** InSync, InProgress or Failed. */
  readonly status: string;
  /** Null: the AWS managed key of that region. */
  readonly kmsKeyId: string | null;
}

/** What ListSecrets says of one. */
export interface ManagedSecret {
  readonly arn: string;
  readonly name: string;
  /** The tag `keyturn:owner`; null without one. */
  readonly owner: string | null;
  readonly schedule: RotationSchedule;
  /** Version id to staging labels. */
  readonly stages: Readonly<Record<string, readonly string[]>>;
  readonly createdAt: number | null;
  /** The day of the last read, by whomever; null: never. */
  readonly lastAccessedAt: number | null;
}

export function description(output: DescribeSecretCommandOutput): SecretDescription {
  const tags = tagsOf(output.Tags);
  return {
    kind: 'found',
    arn: output.ARN ?? '',
    name: output.Name ?? '',
    managed: isManaged(tags),
    tags,
    stages: output.VersionIdsToStages ?? {},
    rotationEnabled: output.RotationEnabled ?? null,
    rotationFunction: output.RotationLambdaARN ?? null,
    schedule: scheduleOf(output),
    kmsKeyId: output.KmsKeyId ?? null,
    createdAt: output.CreatedDate?.getTime() ?? null,
    lastChangedAt: output.LastChangedDate?.getTime() ?? null,
    lastRotatedAt: output.LastRotatedDate?.getTime() ?? null,
    nextRotationAt: output.NextRotationDate?.getTime() ?? null,
    deletedAt: output.DeletedDate?.getTime() ?? null,
    replicas: (output.ReplicationStatus ?? []).map(({ Region, Status, KmsKeyId }) => ({
      region: Region ?? '',
      status: Status ?? '',
      kmsKeyId: KmsKeyId ?? null,
    })),
  };
}

function scheduleOf(entry: DescribeSecretCommandOutput | SecretListEntry): RotationSchedule {
  const { RotationEnabled, RotationRules, LastRotatedDate, NextRotationDate } = entry;
  return {
    enabled: RotationEnabled ?? false,
    everyDays: RotationRules?.AutomaticallyAfterDays ?? null,
    window: RotationRules?.Duration ?? null,
    lastRotatedAt: LastRotatedDate?.getTime() ?? null,
    nextRotationAt: NextRotationDate?.getTime() ?? null,
  };
}

function tagsOf(tags: SecretListEntry['Tags']): Record<string, string> {
  return Object.fromEntries((tags ?? []).map(({ Key, Value }) => [Key ?? '', Value ?? '']));
}

/** Whether it is a credential: it has the tag without which no role may read it, and no administrator logs in with it. */
function isManaged(tags: Readonly<Record<string, string>>): boolean {
  return tags[MANAGED_TAG.key] === MANAGED_TAG.value && tags[ADMIN_TAG] === undefined;
}

/** The version that carries a label, or undefined. */
export function versionWith(label: string, { stages }: SecretDescription): string | undefined {
  return Object.keys(stages).find((versionId) => stages[versionId]?.includes(label));
}

/** None, when it is none of those. */
export function managedSecret(entry: SecretListEntry): ManagedSecret[] {
  const { ARN: arn, Name: name } = entry;
  const tags = tagsOf(entry.Tags);
  if (!arn || !name || !isManaged(tags)) return [];
  const stages = entry.SecretVersionsToStages ?? {};
  return [
    { arn, name, owner: tags[OWNER_TAG] ?? null, stages, schedule: scheduleOf(entry), ...datesOf(entry) },
  ];
}

function datesOf({ CreatedDate, LastAccessedDate }: SecretListEntry) {
  return {
    createdAt: CreatedDate?.getTime() ?? null,
    lastAccessedAt: LastAccessedDate?.getTime() ?? null,
  };
}

/** What Secrets Manager allows as a name, and its ARN of a secret: the name, a hyphen and six random characters. */
export const SECRET_NAME = /^[A-Za-z0-9/_+=.@!-]{1,512}$/;
export const SECRET_ARN =
  /^arn:[\w-]+:secretsmanager:[\w-]+:\d{12}:secret:[A-Za-z0-9/_+=.@!-]{1,512}-[A-Za-z0-9]{6}$/;

/** The name in a secret's full ARN. */
export function secretNameOf(secretArn: string): string {
  return parse(secretArn).resource.slice('secret:'.length, -'-XXXXXX'.length);
}
