import {
  DescribeSecretCommand,
  type DescribeSecretCommandOutput,
  GetSecretValueCommand,
  PutSecretValueCommand,
  paginateListSecrets,
  ResourceNotFoundException,
  type SecretListEntry,
  type SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import { MANAGED_TAG } from '../observe/names.ts';
import { Redacted } from './redacted.ts';

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
  readonly kmsKeyId: string | null;
  readonly createdAt: number | null;
  readonly lastChangedAt: number | null;
  readonly lastRotatedAt: number | null;
  readonly nextRotationAt: number | null;
  readonly deletedAt: number | null;
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

/** The Secrets Manager calls Keyturn makes. Rejects with the SDK's own error for all that is not in the result types. */
export class SecretStore {
  readonly #client: SecretsManagerClient;

  constructor(client: SecretsManagerClient) {
    this.#client = client;
  }

  async describe(secretId: string): Promise<Described> {
    try {
      return description(await this.#client.send(new DescribeSecretCommand({ SecretId: secretId })));
    } catch (error) {
      if (error instanceof ResourceNotFoundException) return { kind: 'not-found' };
      if (isAccessDenied(error)) return { kind: 'denied' };
      throw error;
    }
  }

  /** `absent`: no such version or label, or a version without a value, as AWSPENDING is when a rotation begins. */
  async read(secretId: string, { versionId, stage }: VersionSelector = {}): Promise<SecretValue> {
    try {
      const { VersionId, SecretString, CreatedDate } = await this.#client.send(
        new GetSecretValueCommand({ SecretId: secretId, VersionId: versionId, VersionStage: stage }),
      );
      if (VersionId === undefined || SecretString === undefined) return { kind: 'absent' };
      const createdAt = CreatedDate?.getTime() ?? null;
      return { kind: 'value', versionId: VersionId, text: new Redacted(SecretString), createdAt };
    } catch (error) {
      if (error instanceof ResourceNotFoundException) return { kind: 'absent' };
      throw error;
    }
  }

  async putPending(secretId: string, token: string, text: Redacted): Promise<void> {
    await this.#client.send(
      new PutSecretValueCommand({
        SecretId: secretId,
        ClientRequestToken: token,
        SecretString: text.reveal(),
        VersionStages: ['AWSPENDING'],
      }),
    );
  }

  async moveCurrent(secretId: string, toVersionId: string, fromVersionId: string | undefined): Promise<void> {
    await this.#client.send(
      new UpdateSecretVersionStageCommand({
        SecretId: secretId,
        VersionStage: 'AWSCURRENT',
        MoveToVersionId: toVersionId,
        RemoveFromVersionId: fromVersionId,
      }),
    );
  }

  /** Every secret with the managed tag, page by page; the filter of ListSecrets matches prefixes, so it is checked again. */
  async *listManaged(): AsyncGenerator<{ readonly arn: string; readonly name: string }> {
    const filters = [
      { Key: 'tag-key' as const, Values: [MANAGED_TAG.key] },
      { Key: 'tag-value' as const, Values: [MANAGED_TAG.value] },
    ];
    for await (const page of paginateListSecrets(
      { client: this.#client },
      { Filters: filters, MaxResults: 100 },
    )) {
      for (const { ARN, Name, Tags } of page.SecretList ?? []) {
        if (ARN && Name && isManaged(tagsOf(Tags))) yield { arn: ARN, name: Name };
      }
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
    kmsKeyId: output.KmsKeyId ?? null,
    createdAt: output.CreatedDate?.getTime() ?? null,
    lastChangedAt: output.LastChangedDate?.getTime() ?? null,
    lastRotatedAt: output.LastRotatedDate?.getTime() ?? null,
    nextRotationAt: output.NextRotationDate?.getTime() ?? null,
    deletedAt: output.DeletedDate?.getTime() ?? null,
  };
}

function tagsOf(tags: SecretListEntry['Tags']): Record<string, string> {
  return Object.fromEntries((tags ?? []).map(({ Key, Value }) => [Key ?? '', Value ?? '']));
}

function isManaged(tags: Readonly<Record<string, string>>): boolean {
  return tags[MANAGED_TAG.key] === MANAGED_TAG.value;
}

/** IAM's refusal has no class of its own in the SDK. */
function isAccessDenied(error: unknown): boolean {
  return error instanceof Error && error.name === 'AccessDeniedException';
}

/** The version that carries a label, or undefined. */
export function versionWith(label: string, { stages }: SecretDescription): string | undefined {
  return Object.keys(stages).find((versionId) => stages[versionId]?.includes(label));
}
