import {
  type ListSecretsCommandInput,
  PutSecretValueCommand,
  paginateListSecrets,
  type SecretListEntry,
  type SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import { MANAGED_TAG, OWNER_TAG } from '../observe/names.ts';
import type { Redacted } from './redacted.ts';
import { isManaged, type RotationSchedule, SecretReader, scheduleOf, tagsOf } from './secret-reader.ts';

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

export interface ManagedPage {
  readonly secrets: readonly ManagedSecret[];
  /** Undefined: it is the last one. */
  readonly next: string | undefined;
}

/** All Secrets Manager calls Keyturn makes, through the SDK, whose error it rejects with. */
export class SecretStore extends SecretReader {
  readonly #client: SecretsManagerClient;

  constructor(client: SecretsManagerClient) {
    super(client);
    this.#client = client;
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

  /** Puts a label of any name on a version, or takes it off; it must be on `from`, or on none. */
  async moveLabel(
    secretId: string,
    label: string,
    { to, from }: { readonly to?: string | undefined; readonly from?: string | undefined },
  ): Promise<void> {
    await this.#client.send(
      new UpdateSecretVersionStageCommand({
        SecretId: secretId,
        VersionStage: label,
        MoveToVersionId: to,
        RemoveFromVersionId: from,
      }),
    );
  }

  /** Ends a rotation that will never finish: without it Secrets Manager starts no other one. */
  async removePending(secretId: string, versionId: string): Promise<void> {
    await this.#client.send(
      new UpdateSecretVersionStageCommand({
        SecretId: secretId,
        VersionStage: 'AWSPENDING',
        RemoveFromVersionId: versionId,
      }),
    );
  }

  /** Every credential with the managed tag, so none that administrators log in with. */
  async *listManaged(): AsyncGenerator<ManagedSecret> {
    for await (const { secrets } of this.managedPages()) yield* secrets;
  }

  /** The same, page by page, from where `next` of a page said to go on. */
  async *managedPages(from?: string): AsyncGenerator<ManagedPage> {
    const config = { client: this.#client, ...(from && { startingToken: from }) };
    for await (const { SecretList = [], NextToken } of paginateListSecrets(config, OF_MANAGED)) {
      yield { secrets: SecretList.flatMap(managedSecret), next: NextToken };
    }
  }
}

/** The filter matches prefixes, so what it lets through is checked again. */
const OF_MANAGED: ListSecretsCommandInput = {
  Filters: [
    { Key: 'tag-key', Values: [MANAGED_TAG.key] },
    { Key: 'tag-value', Values: [MANAGED_TAG.value] },
  ],
  MaxResults: 100,
};

function managedSecret(entry: SecretListEntry): ManagedSecret[] {
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
