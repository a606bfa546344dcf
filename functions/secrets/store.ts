import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  paginateListSecrets,
  type SecretListEntry,
  type SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import { pageTurns } from '../aws/pages.ts';
import type { RotationSchedule } from '../lifecycle/overdue.ts';
import { MANAGED_TAG, OWNER_TAG } from '../observe/names.ts';
import type { Redacted } from './redacted.ts';
import { isManaged, SecretReader, tagsOf } from './secret-reader.ts';

export interface ManagedSecret {
  readonly arn: string;
  readonly name: string;
  /** The tag `keyturn:owner`; null without one. */
  readonly owner: string | null;
  readonly schedule: RotationSchedule;
  readonly createdAt: number | null;
  /** The day of the last read, by whomever; null: never. */
  readonly lastAccessedAt: number | null;
}

/** All Secrets Manager calls Keyturn makes, through the SDK, whose error it rejects with. */
export class SecretStore extends SecretReader {
  readonly #client: SecretsManagerClient;

  constructor(client: SecretsManagerClient) {
    super({
      describeSecret: (input) => client.send(new DescribeSecretCommand(input)),
      getSecretValue: (input) => client.send(new GetSecretValueCommand(input)),
    });
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

  /**
   * Every credential with the managed tag, page by page, so none that administrators log in with. The filter of
   * ListSecrets matches prefixes, so it is checked again.
   */
  async *listManaged(): AsyncGenerator<ManagedSecret> {
    const filters = [
      { Key: 'tag-key' as const, Values: [MANAGED_TAG.key] },
      { Key: 'tag-value' as const, Values: [MANAGED_TAG.value] },
    ];
    const goOn = pageTurns();
    for await (const page of paginateListSecrets(
      { client: this.#client },
      { Filters: filters, MaxResults: 100 },
    )) {
      goOn(page.NextToken);
      for (const entry of page.SecretList ?? []) {
        const { ARN, Name } = entry;
        const tags = tagsOf(entry.Tags);
        if (ARN && Name && isManaged(tags))
          yield {
            arn: ARN,
            name: Name,
            owner: tags[OWNER_TAG] ?? null,
            schedule: scheduleOf(entry),
            ...datesOf(entry),
          };
      }
    }
  }
}

function datesOf({ CreatedDate, LastAccessedDate }: SecretListEntry) {
  return {
    createdAt: CreatedDate?.getTime() ?? null,
    lastAccessedAt: LastAccessedDate?.getTime() ?? null,
  };
}

function scheduleOf(entry: SecretListEntry): RotationSchedule {
  const { RotationEnabled, RotationRules, LastRotatedDate, NextRotationDate } = entry;
  return {
    enabled: RotationEnabled ?? false,
    everyDays: RotationRules?.AutomaticallyAfterDays ?? null,
    window: RotationRules?.Duration ?? null,
    lastRotatedAt: LastRotatedDate?.getTime() ?? null,
    nextRotationAt: NextRotationDate?.getTime() ?? null,
  };
}
