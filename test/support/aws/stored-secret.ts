import {
  InvalidParameterException,
  InvalidRequestException,
  ResourceExistsException,
  ResourceNotFoundException,
} from '@aws-sdk/client-secrets-manager';

const REFUSED = { $metadata: { httpStatusCode: 400 } };

export interface Version {
  readonly id: string;
  readonly value: string | undefined;
  readonly labels: readonly string[];
  readonly createdAt: Date;
}

/** The versions of one secret and their labels, with the rules of the API reference; times are the caller's. */
export class StoredSecret {
  readonly arn: string;
  readonly name: string;
  readonly tags: Readonly<Record<string, string>>;
  rotationEnabled: boolean | undefined;
  /** The ARN that rotation was set up with last. */
  rotationFunction: string | undefined;
  lastRotatedAt: Date | undefined;
  /** When it is to be deleted: until then it can be described and restored, and nothing else. */
  deletedAt: Date | undefined;
  #versions: readonly Version[] = [];
  readonly #past: { readonly until: number; readonly versions: readonly Version[] }[] = [];
  #changedAt: number;

  constructor(arn: string, name: string, tags: Readonly<Record<string, string>>, now: number) {
    this.arn = arn;
    this.name = name;
    this.tags = tags;
    this.#changedAt = now;
  }

  get changedAt(): Date {
    return new Date(this.#changedAt);
  }

  /** As a read that lags `lagMs` behind sees them. */
  versions(now = 0, lagMs = 0): readonly Version[] {
    if (lagMs === 0) return this.#versions;
    return this.#past.find(({ until }) => until > now - lagMs)?.versions ?? this.#versions;
  }

  version(id: string): Version | undefined {
    return this.#versions.find((version) => version.id === id);
  }

  holder(label: string): Version | undefined {
    return this.#versions.find(({ labels }) => labels.includes(label));
  }

  /** PutSecretValue: the same token with the same value changes nothing, with another one it is refused. */
  put(id: string, value: string, labels: readonly string[], now: number): void {
    const existing = this.version(id);
    if (existing?.value === value) return;
    if (existing?.value !== undefined) {
      const message = `You can't use ClientRequestToken ${id} because that value is already in use for a version of secret ${this.arn}.`;
      throw new ResourceExistsException({ message, ...REFUSED });
    }
    this.#write({ id, value, labels: existing?.labels ?? [], createdAt: new Date(now) }, now);
    for (const label of labels) this.#give(label, id, now);
  }

  /** What RotateSecret does first: a version without a value. */
  addPending(id: string, now: number): void {
    if (this.version(id)) return;
    this.#write({ id, value: undefined, labels: [], createdAt: new Date(now) }, now);
    this.#give('AWSPENDING', id, now);
  }

  /** UpdateSecretVersionStage. A moved AWSCURRENT leaves AWSPREVIOUS behind. */
  move(label: string, to: string | undefined, from: string | undefined, now: number): void {
    const holder = this.holder(label);
    if (to !== undefined && !this.version(to)) throw notFound();
    if (from !== undefined && holder?.id !== from) throw notOn(label, from);
    if (to !== undefined && holder && holder.id !== to && holder.id !== from)
      throw notOn(label, 'no version');
    if (label === 'AWSCURRENT' && to && holder && holder.id !== to) {
      this.#give('AWSPREVIOUS', holder.id, now);
    }
    if (to === undefined) this.#take(label, now);
    else this.#give(label, to, now);
  }

  /** One label is on one version at a time. */
  #give(label: string, id: string, now: number): void {
    this.#replace(
      this.#versions.map((version) => {
        const others = version.labels.filter((one) => one !== label);
        return { ...version, labels: version.id === id ? [...others, label] : others };
      }),
      now,
    );
  }

  #take(label: string, now: number): void {
    const without = ({ labels }: Version) => labels.filter((one) => one !== label);
    this.#replace(
      this.#versions.map((version) => ({ ...version, labels: without(version) })),
      now,
    );
  }

  #write(version: Version, now: number): void {
    this.#replace([...this.#versions.filter(({ id }) => id !== version.id), version], now);
  }

  #replace(versions: readonly Version[], now: number): void {
    this.#past.push({ until: now, versions: this.#versions });
    this.#versions = versions;
    this.#changedAt = now;
  }
}

export function notFound(): ResourceNotFoundException {
  return new ResourceNotFoundException({
    message: "Secrets Manager can't find the specified secret value.",
    ...REFUSED,
  });
}

export function notAssociated(): InvalidRequestException {
  const message = 'You provided a VersionStage that is not associated to the provided VersionId.';
  return new InvalidRequestException({ message, ...REFUSED });
}

export function markedForDeletion(): InvalidRequestException {
  const message = "You can't perform this operation on the secret because it was marked for deletion.";
  return new InvalidRequestException({ message, ...REFUSED });
}

function notOn(label: string, id: string): InvalidParameterException {
  const message = `The parameter RemoveFromVersionId can't be ${id}: staging label ${label} is on another version.`;
  return new InvalidParameterException({ message, ...REFUSED });
}
