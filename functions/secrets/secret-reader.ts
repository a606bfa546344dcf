import {
  DescribeSecretCommand,
  type DescribeSecretCommandOutput,
  GetSecretValueCommand,
  ResourceNotFoundException,
  type SecretListEntry,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { ADMIN_TAG, MANAGED_TAG } from '../observe/names.ts';
import { Redacted } from './redacted.ts';

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

/** `denied`: the role may not see it, which is what an unmanaged secret looks like to a tag-fenced role. */
export type Described = SecretDescription | { readonly kind: 'not-found' } | { readonly kind: 'denied' };

export type SecretValue =
  | {
      readonly kind: 'value';
      readonly versionId: string;
      readonly text: Redacted;
      readonly createdAt: number | null;
    }
  | { readonly kind: 'absent' };

export interface VersionSelector {
  readonly versionId?: string;
  readonly stage?: string;
}

/** Reads secrets. Rejects with the client's own error for all that is not in the result types. */
export class SecretReader {
  readonly #client: SecretsManagerClient;

  constructor(client: SecretsManagerClient) {
    this.#client = client;
  }

  async describe(secretId: string): Promise<Described> {
    try {
      return description(await this.#client.send(new DescribeSecretCommand({ SecretId: secretId })));
    } catch (error) {
      if (error instanceof ResourceNotFoundException) return { kind: 'not-found' };
      // IAM's refusal has no class of its own in the SDK.
      if (error instanceof Error && error.name === 'AccessDeniedException') return { kind: 'denied' };
      throw error;
    }
  }

  /** `absent`: no such version or label, or a version without a value, as AWSPENDING is when a rotation begins. */
  async read(secretId: string, { versionId, stage }: VersionSelector = {}): Promise<SecretValue> {
    try {
      const selected = { SecretId: secretId, VersionId: versionId, VersionStage: stage };
      const { VersionId, SecretString, CreatedDate } = await this.#client.send(
        new GetSecretValueCommand(selected),
      );
      if (VersionId === undefined || SecretString === undefined) return { kind: 'absent' };
      const createdAt = CreatedDate?.getTime() ?? null;
      return { kind: 'value', versionId: VersionId, text: new Redacted(SecretString), createdAt };
    } catch (error) {
      if (error instanceof ResourceNotFoundException) return { kind: 'absent' };
      throw error;
    }
  }
}

function description(output: DescribeSecretCommandOutput): SecretDescription {
  const tags = tagsOf(output.Tags);
  return {
    kind: 'found',
    arn: output.ARN ?? '',
    name: output.Name ?? '',
    managed: isManaged(tags),
    tags,
    stages: output.VersionIdsToStages ?? {},
    rotationEnabled: output.RotationEnabled ?? null,
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

export function scheduleOf(entry: DescribeSecretCommandOutput | SecretListEntry): RotationSchedule {
  const { RotationEnabled, RotationRules, LastRotatedDate, NextRotationDate } = entry;
  return {
    enabled: RotationEnabled ?? false,
    everyDays: RotationRules?.AutomaticallyAfterDays ?? null,
    window: RotationRules?.Duration ?? null,
    lastRotatedAt: LastRotatedDate?.getTime() ?? null,
    nextRotationAt: NextRotationDate?.getTime() ?? null,
  };
}

export function tagsOf(tags: SecretListEntry['Tags']): Record<string, string> {
  return Object.fromEntries((tags ?? []).map(({ Key, Value }) => [Key ?? '', Value ?? '']));
}

/** Whether it is a credential: it has the tag without which no role may read it, and no administrator logs in with it. */
export function isManaged(tags: Readonly<Record<string, string>>): boolean {
  return tags[MANAGED_TAG.key] === MANAGED_TAG.value && tags[ADMIN_TAG] === undefined;
}

/** The version that carries a label, or undefined. */
export function versionWith(label: string, { stages }: SecretDescription): string | undefined {
  return Object.keys(stages).find((versionId) => stages[versionId]?.includes(label));
}
