import {
  CancelRotateSecretCommand,
  DescribeSecretCommand,
  type DescribeSecretCommandOutput,
  GetSecretValueCommand,
  type GetSecretValueCommandOutput,
  ListSecretsCommand,
  type ListSecretsCommandOutput,
  PutSecretValueCommand,
  type PutSecretValueCommandInput,
  type PutSecretValueCommandOutput,
  RotateSecretCommand,
  type RotateSecretCommandInput,
  SecretsManagerClient,
  UpdateSecretVersionStageCommand,
  type UpdateSecretVersionStageCommandOutput,
} from '@aws-sdk/client-secrets-manager';
import { ROTATE } from '../lambda/environment.ts';
import { Faults } from './faults.ts';
import { markedForDeletion, notAssociated, notFound, StoredSecret } from './stored-secret.ts';

const REGION = 'us-east-1';

/** RotateSecret and CancelRotateSecret, by whoever drives rotations here (`rotation.ts`). */
export interface RotationApi {
  rotate(input: RotateSecretCommandInput): Promise<object>;
  cancel(secretId: string): Promise<object>;
}

/** The ARN that a secret of this name gets. */
export function arnOf(name: string, region = REGION): string {
  return `arn:aws:secretsmanager:${region}:123456789012:secret:${name}-AbCdEf`;
}

/** Secrets Manager in this process, with the semantics that rotation depends on (AWS API reference). */
export class InProcessSecretsManager {
  readonly faults: Faults;
  readonly client: SecretsManagerClient;
  /** How far (ms) the next read lags behind; asked for each. */
  lag: () => number = () => 0;
  rotationApi: RotationApi | undefined;
  readonly #secrets = new Map<string, StoredSecret>();
  readonly #now: () => number;

  constructor(now: () => number = Date.now, faults = new Faults()) {
    this.#now = now;
    this.faults = faults;
    const send = (command: unknown) => faults.call(() => this.#dispatch(command));
    // Without a constructor, which would take a millisecond: there are tests with many thousands of these.
    this.client = Object.assign(Object.create(SecretsManagerClient.prototype), { send });
  }

  /** A secret with its first version as AWSCURRENT, or with no version at all. Returns its ARN. */
  create(
    name: string,
    value: string | undefined,
    tags: Record<string, string> = { 'keyturn:managed': 'true' },
  ): string {
    const arn = arnOf(name);
    const secret = new StoredSecret(arn, name, tags, this.#now());
    if (value !== undefined) secret.put('first'.padEnd(32, '0'), value, ['AWSCURRENT'], this.#now());
    this.#secrets.set(arn, secret);
    return arn;
  }

  /** What RotateSecret does first: an AWSPENDING version without a value, and rotation enabled. */
  beginRotation(secretId: string, token: string): void {
    const secret = this.find(secretId);
    secret.rotationEnabled = true;
    secret.rotationFunction ??= ROTATE;
    secret.addPending(token, this.#now());
  }

  /** What Secrets Manager does when finishSecret has succeeded. */
  endRotation(secretId: string): void {
    this.find(secretId).lastRotatedAt = new Date(this.#now());
  }

  /** Enabled: with this function. */
  setRotationEnabled(secretId: string, enabled: boolean, functionArn = ROTATE): void {
    const secret = this.find(secretId);
    secret.rotationEnabled = enabled;
    if (enabled) secret.rotationFunction = functionArn;
  }

  /** The value under a label, without going through the API and its faults. */
  valueOf(secretId: string, label: string): string | undefined {
    return this.find(secretId).holder(label)?.value;
  }

  /** By name or ARN, without going through the API and its faults. */
  find(secretId: string | undefined): StoredSecret {
    const secret = [...this.#secrets.values()].find(({ arn, name }) => arn === secretId || name === secretId);
    if (!secret) throw notFound();
    return secret;
  }

  #dispatch(command: unknown): object {
    if (command instanceof DescribeSecretCommand) return this.#describe(command.input.SecretId);
    if (command instanceof GetSecretValueCommand) return this.#get(command.input);
    if (command instanceof PutSecretValueCommand) return this.#put(command.input);
    if (command instanceof UpdateSecretVersionStageCommand) return this.#move(command.input);
    if (command instanceof ListSecretsCommand) return this.#list();
    if (command instanceof RotateSecretCommand && this.rotationApi) {
      return this.rotationApi.rotate(command.input);
    }
    if (command instanceof CancelRotateSecretCommand && this.rotationApi) {
      return this.rotationApi.cancel(command.input.SecretId ?? '');
    }
    throw new Error(`not in this Secrets Manager: ${command?.constructor.name}`);
  }

  #describe(secretId: string | undefined): DescribeSecretCommandOutput {
    const secret = this.find(secretId);
    const { arn, name, rotationEnabled, rotationFunction, lastRotatedAt, deletedAt, changedAt } = secret;
    return {
      $metadata: {},
      ARN: arn,
      Name: name,
      Tags: tagList(secret),
      LastChangedDate: changedAt,
      VersionIdsToStages: this.#stagesOf(secret),
      ...(rotationEnabled !== undefined && { RotationEnabled: rotationEnabled }),
      ...(rotationFunction && { RotationLambdaARN: rotationFunction }),
      ...(lastRotatedAt && { LastRotatedDate: lastRotatedAt }),
      ...(deletedAt && { DeletedDate: deletedAt }),
    };
  }

  #get({ SecretId, VersionId, VersionStage }: GetSecretValueCommand['input']): GetSecretValueCommandOutput {
    const secret = this.find(SecretId);
    if (secret.deletedAt) throw markedForDeletion();
    const stage = VersionId === undefined ? (VersionStage ?? 'AWSCURRENT') : VersionStage;
    const found = this.#seen(secret).find(({ id, labels }) =>
      VersionId === undefined ? labels.includes(stage ?? '') : id === VersionId,
    );
    if (!found) throw notFound();
    const { id, value, labels, createdAt } = found;
    if (stage !== undefined && !labels.includes(stage)) throw notAssociated();
    // A version without a value answers as one that does not exist.
    if (value === undefined) throw notFound();
    return {
      $metadata: {},
      ARN: secret.arn,
      Name: secret.name,
      VersionId: id,
      SecretString: value,
      VersionStages: [...labels],
      CreatedDate: createdAt,
    };
  }

  #seen(secret: StoredSecret) {
    return secret.versions(this.#now(), this.lag());
  }

  #put(input: PutSecretValueCommandInput): PutSecretValueCommandOutput {
    const { SecretId, ClientRequestToken: token = '', SecretString = '', VersionStages } = input;
    this.find(SecretId).put(token, SecretString, VersionStages ?? ['AWSCURRENT'], this.#now());
    return { $metadata: {}, VersionId: token };
  }

  #move(input: UpdateSecretVersionStageCommand['input']): UpdateSecretVersionStageCommandOutput {
    const { SecretId, VersionStage = '', MoveToVersionId: to, RemoveFromVersionId: from } = input;
    this.find(SecretId).move(VersionStage, to, from, this.#now());
    return { $metadata: {} };
  }

  #stagesOf(secret: StoredSecret): Record<string, string[]> {
    const labelled = this.#seen(secret).filter(({ labels }) => labels.length > 0);
    return Object.fromEntries(labelled.map(({ id, labels }) => [id, [...labels]]));
  }

  #list(): ListSecretsCommandOutput {
    const entries = [...this.#secrets.values()].map((secret) => ({
      ARN: secret.arn,
      Name: secret.name,
      Tags: tagList(secret),
      SecretVersionsToStages: this.#stagesOf(secret),
    }));
    return { $metadata: {}, SecretList: entries };
  }
}

function tagList({ tags }: StoredSecret) {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}
