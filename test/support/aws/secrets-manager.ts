import {
  DescribeSecretCommand,
  type DescribeSecretCommandOutput,
  GetSecretValueCommand,
  type GetSecretValueCommandOutput,
  InvalidParameterException,
  ListSecretsCommand,
  type ListSecretsCommandOutput,
  PutSecretValueCommand,
  type PutSecretValueCommandInput,
  type PutSecretValueCommandOutput,
  ResourceExistsException,
  ResourceNotFoundException,
  SecretsManagerClient,
  UpdateSecretVersionStageCommand,
  type UpdateSecretVersionStageCommandInput,
  type UpdateSecretVersionStageCommandOutput,
} from '@aws-sdk/client-secrets-manager';
import { Faults } from './faults.ts';

const REGION = 'us-east-1';

interface Version {
  value: string | undefined;
  labels: Set<string>;
  readonly createdAt: Date;
}

interface Secret {
  readonly arn: string;
  readonly name: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly versions: Map<string, Version>;
  rotationEnabled: boolean | undefined;
  lastRotatedAt: Date | undefined;
}

/** Secrets Manager in this process, with the semantics that rotation depends on (AWS API reference, RotateSecret). */
export class InProcessSecretsManager {
  readonly faults: Faults;
  readonly client: SecretsManagerClient;
  readonly #secrets = new Map<string, Secret>();
  readonly #now: () => number;

  constructor(now: () => number = Date.now, faults = new Faults()) {
    this.#now = now;
    this.faults = faults;
    const send = (command: unknown) => faults.call(() => this.#dispatch(command));
    this.client = Object.assign(new SecretsManagerClient({ region: REGION }), { send });
  }

  /** A secret with its first version as AWSCURRENT, or with no version at all. Returns its ARN. */
  create(
    name: string,
    value: string | undefined,
    tags: Record<string, string> = { 'keyturn:managed': 'true' },
  ): string {
    const arn = `arn:aws:secretsmanager:${REGION}:123456789012:secret:${name}-AbCdEf`;
    const versions = new Map<string, Version>();
    if (value !== undefined) versions.set('first'.padEnd(32, '0'), this.#version(value, ['AWSCURRENT']));
    this.#secrets.set(arn, {
      arn,
      name,
      tags,
      versions,
      rotationEnabled: undefined,
      lastRotatedAt: undefined,
    });
    return arn;
  }

  /** What RotateSecret does first: an AWSPENDING version without a value, and rotation enabled. */
  beginRotation(secretId: string, token: string): void {
    const secret = this.#find(secretId);
    secret.rotationEnabled = true;
    if (secret.versions.has(token)) return;
    for (const version of secret.versions.values()) version.labels.delete('AWSPENDING');
    secret.versions.set(token, this.#version(undefined, ['AWSPENDING']));
  }

  /** What Secrets Manager does when finishSecret has succeeded. */
  endRotation(secretId: string): void {
    this.#find(secretId).lastRotatedAt = new Date(this.#now());
  }

  setRotationEnabled(secretId: string, enabled: boolean): void {
    this.#find(secretId).rotationEnabled = enabled;
  }

  /** The value under a label, without going through the API and its faults. */
  valueOf(secretId: string, label: string): string | undefined {
    return [...this.#find(secretId).versions.values()].find(({ labels }) => labels.has(label))?.value;
  }

  #dispatch(command: unknown): object {
    if (command instanceof DescribeSecretCommand) return this.#describe(command.input.SecretId);
    if (command instanceof GetSecretValueCommand) return this.#get(command.input);
    if (command instanceof PutSecretValueCommand) return this.#put(command.input);
    if (command instanceof UpdateSecretVersionStageCommand) return this.#move(command.input);
    if (command instanceof ListSecretsCommand) return this.#list();
    throw new Error(`not in this Secrets Manager: ${command?.constructor.name}`);
  }

  #describe(secretId: string | undefined): DescribeSecretCommandOutput {
    const { arn, name, tags, versions, rotationEnabled, lastRotatedAt } = this.#find(secretId);
    const stages = [...versions].filter(([, { labels }]) => labels.size > 0);
    return {
      $metadata: {},
      ARN: arn,
      Name: name,
      Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
      VersionIdsToStages: Object.fromEntries(stages.map(([id, { labels }]) => [id, [...labels]])),
      ...(rotationEnabled !== undefined && { RotationEnabled: rotationEnabled }),
      ...(lastRotatedAt && { LastRotatedDate: lastRotatedAt }),
    };
  }

  #get({ SecretId, VersionId, VersionStage }: GetSecretValueCommand['input']): GetSecretValueCommandOutput {
    const { arn, name, versions } = this.#find(SecretId);
    const stage = VersionId === undefined ? (VersionStage ?? 'AWSCURRENT') : VersionStage;
    const found = [...versions].find(
      ([id, { labels }]) => (VersionId ?? id) === id && (stage === undefined || labels.has(stage)),
    );
    // A version without a value answers as one that does not exist.
    if (found?.[1].value === undefined) throw notFound();
    const [id, { value, labels, createdAt }] = found;
    return {
      $metadata: {},
      ARN: arn,
      Name: name,
      VersionId: id,
      SecretString: value,
      VersionStages: [...labels],
      CreatedDate: createdAt,
    };
  }

  #put(input: PutSecretValueCommandInput): PutSecretValueCommandOutput {
    const {
      SecretId,
      ClientRequestToken: token = '',
      SecretString,
      VersionStages: labels = ['AWSCURRENT'],
    } = input;
    const { versions } = this.#find(SecretId);
    const existing = versions.get(token);
    if (existing?.value !== undefined && existing.value !== SecretString) {
      throw new ResourceExistsException({
        message: 'The token is taken by another value.',
        $metadata: { httpStatusCode: 400 },
      });
    }
    for (const version of versions.values()) for (const label of labels) version.labels.delete(label);
    versions.set(token, {
      ...(existing ?? this.#version(undefined, [])),
      value: SecretString,
      labels: new Set(labels),
    });
    return { $metadata: {}, VersionId: token };
  }

  #move(input: UpdateSecretVersionStageCommandInput): UpdateSecretVersionStageCommandOutput {
    const { SecretId, VersionStage = '', MoveToVersionId: to = '', RemoveFromVersionId: from } = input;
    const { versions } = this.#find(SecretId);
    const target = versions.get(to);
    const holder = [...versions].find(([, { labels }]) => labels.has(VersionStage));
    if (!target) throw notFound();
    if (holder && holder[0] !== to && holder[0] !== from) {
      throw new InvalidParameterException({
        message: `${VersionStage} is on another version.`,
        $metadata: { httpStatusCode: 400 },
      });
    }
    if (holder && holder[0] !== to) {
      for (const version of versions.values()) version.labels.delete('AWSPREVIOUS');
      holder[1].labels.delete(VersionStage);
      holder[1].labels.add('AWSPREVIOUS');
    }
    target.labels.add(VersionStage);
    return { $metadata: {} };
  }

  #list(): ListSecretsCommandOutput {
    const entries = [...this.#secrets.values()].map(({ arn, name, tags }) => ({
      ARN: arn,
      Name: name,
      Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
    }));
    return { $metadata: {}, SecretList: entries };
  }

  #find(secretId: string | undefined): Secret {
    const secret = [...this.#secrets.values()].find(({ arn, name }) => arn === secretId || name === secretId);
    if (!secret) throw notFound();
    return secret;
  }

  #version(value: string | undefined, labels: readonly string[]): Version {
    return { value, labels: new Set(labels), createdAt: new Date(this.#now()) };
  }
}

function notFound(): ResourceNotFoundException {
  return new ResourceNotFoundException({
    message: "Secrets Manager can't find the specified secret value.",
    $metadata: { httpStatusCode: 400 },
  });
}
