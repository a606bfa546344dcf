import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  paginateListSecrets,
  type SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import { MANAGED_TAG } from '../observe/names.ts';
import type { Redacted } from './redacted.ts';
import { isManaged, SecretReader, tagsOf } from './secret-reader.ts';

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
