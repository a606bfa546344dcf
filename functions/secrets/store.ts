import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  type ListSecretsCommandInput,
  PutSecretValueCommand,
  paginateListSecrets,
  ResourceNotFoundException,
  RotateSecretCommand,
  type SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import { MANAGED_TAG } from '../observe/names.ts';
import { description, type ManagedSecret, managedSecret, type SecretDescription } from './description.ts';
import { Redacted } from './redacted.ts';

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

  moveCurrent(secretId: string, toVersionId: string, fromVersionId: string | undefined): Promise<void> {
    return this.moveLabel(secretId, 'AWSCURRENT', { to: toVersionId, from: fromVersionId });
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
  removePending(secretId: string, versionId: string): Promise<void> {
    return this.moveLabel(secretId, 'AWSPENDING', { from: versionId });
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

/** How this deployment has a secret rotated. */
export interface RotationSettings {
  /** ARN of the rotation function. */
  readonly functionArn: string;
  readonly days: number;
}

/** Secrets Manager's own rotation: it makes the pending version and drives the function through its steps. */
export class RotationControl {
  readonly #client: SecretsManagerClient;
  readonly #settings: RotationSettings;

  constructor(client: SecretsManagerClient, settings: RotationSettings) {
    this.#client = client;
    this.#settings = settings;
  }

  /** As the secret is configured. The same token again takes the same rotation up, and starts no second. */
  async start(secretArn: string, token: string): Promise<void> {
    await this.#client.send(new RotateSecretCommand({ SecretId: secretArn, ClientRequestToken: token }));
  }

  /** From now on every so many days; the credential in use is only tested now. */
  async schedule(secretArn: string): Promise<void> {
    const { functionArn, days } = this.#settings;
    await this.#client.send(
      new RotateSecretCommand({
        SecretId: secretArn,
        RotationLambdaARN: functionArn,
        RotationRules: { AutomaticallyAfterDays: days },
        RotateImmediately: false,
      }),
    );
  }
}
