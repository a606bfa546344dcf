import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  ResourceNotFoundException,
  type SecretsManagerClient,
  UpdateSecretVersionStageCommand,
  type UpdateSecretVersionStageCommandInput,
} from '@aws-sdk/client-secrets-manager';

const PENDING = 'AWSPENDING';

export type SecretContent = { readonly SecretString?: string; readonly SecretBinary?: Uint8Array };

/** The versions of secrets as the local AWS stores them, reached without the gateway. */
export class SecretVersions {
  readonly #client: SecretsManagerClient;

  constructor(client: SecretsManagerClient) {
    this.#client = client;
  }

  /** The ARN of a name or ARN; undefined when there is no such secret. */
  async arn(secretId: string): Promise<string | undefined> {
    try {
      return (await this.#client.send(new DescribeSecretCommand({ SecretId: secretId }))).ARN;
    } catch (error) {
      if (error instanceof ResourceNotFoundException) return undefined;
      throw error;
    }
  }

  /** Version id to staging labels; versions without a label are not shown, as in DescribeSecret. */
  async labels(secretArn: string): Promise<Readonly<Record<string, readonly string[]>>> {
    const { VersionIdsToStages = {} } = await this.#client.send(
      new DescribeSecretCommand({ SecretId: secretArn }),
    );
    return VersionIdsToStages;
  }

  /** Undefined when there is no such version, or when it has no value. */
  async content(secretArn: string, versionId: string): Promise<SecretContent | undefined> {
    try {
      const { SecretString, SecretBinary } = await this.#client.send(
        new GetSecretValueCommand({ SecretId: secretArn, VersionId: versionId }),
      );
      if (!SecretString && !SecretBinary) return undefined;
      return { ...(SecretString && { SecretString }), ...(SecretBinary && { SecretBinary }) };
    } catch (error) {
      if (error instanceof ResourceNotFoundException) return undefined;
      throw error;
    }
  }

  /** A version without a value, which no API of AWS makes, but RotateSecret does; the local AWS accepts it. */
  async addPending(secretArn: string, versionId: string): Promise<void> {
    await this.#client.send(
      new PutSecretValueCommand({
        SecretId: secretArn,
        ClientRequestToken: versionId,
        VersionStages: [PENDING],
      }),
    );
    await this.keepLabelOnlyOn(secretArn, PENDING, versionId);
  }

  async removePending(secretArn: string, versionId: string): Promise<void> {
    await this.#moveLabel(secretArn, PENDING, { RemoveFromVersionId: versionId });
  }

  /** A label belongs to one version at a time; the local AWS lets several have it, and removes only from the first. */
  async keepLabelOnlyOn(secretArn: string, label: string, versionId: string): Promise<void> {
    const labels = await this.labels(secretArn);
    const holders = Object.keys(labels).filter((id) => labels[id]?.includes(label));
    if (holders.every((id) => id === versionId)) return;
    for (const id of holders) await this.#moveLabel(secretArn, label, { RemoveFromVersionId: id });
    await this.#moveLabel(secretArn, label, { MoveToVersionId: versionId });
  }

  async #moveLabel(
    secretArn: string,
    label: string,
    move: Pick<UpdateSecretVersionStageCommandInput, 'MoveToVersionId' | 'RemoveFromVersionId'>,
  ): Promise<void> {
    await this.#client.send(
      new UpdateSecretVersionStageCommand({ SecretId: secretArn, VersionStage: label, ...move }),
    );
  }
}
