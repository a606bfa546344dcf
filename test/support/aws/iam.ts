import {
  CreateAccessKeyCommand,
  type CreateAccessKeyCommandOutput,
  DeleteAccessKeyCommand,
  GetAccessKeyLastUsedCommand,
  type GetAccessKeyLastUsedCommandOutput,
  IAMClient,
  LimitExceededException,
  ListAccessKeysCommand,
  type ListAccessKeysCommandOutput,
  ListUserTagsCommand,
  type ListUserTagsCommandOutput,
  NoSuchEntityException,
  UpdateAccessKeyCommand,
} from '@aws-sdk/client-iam';
import { sesSmtpPassword } from '../../../functions/rotation/providers/ses-password.ts';
import { Faults } from './faults.ts';

const KEYS_PER_USER = 2;

interface Key {
  readonly id: string;
  readonly secret: string;
  active: boolean;
  readonly createdAt: number;
  lastUsedAt: number | undefined;
}

/** One IAM user and its access keys in this process: the two-key quota, active and inactive, last used. */
export class InProcessIam {
  readonly client: IAMClient;
  readonly keys = new Map<string, Key>();
  /** Every secret access key ever issued. */
  readonly secrets: string[] = [];
  /** After this long (ms) a new key is known to the SMTP endpoint. */
  propagationMs = 0;
  readonly #tags: Readonly<Record<string, string>>;
  readonly #now: () => number;
  #issued = 0;

  constructor(tags: Record<string, string>, now: () => number = Date.now, faults = new Faults()) {
    this.#tags = tags;
    this.#now = now;
    const send = (command: unknown) => faults.call(() => this.#dispatch(command));
    this.client = Object.assign(new IAMClient({ region: 'us-east-1' }), { send });
  }

  /** What the SES SMTP endpoint would say of a login. */
  accepts(username: string, password: string, region: string): boolean {
    const key = this.keys.get(username);
    if (!key?.active || this.#now() < key.createdAt + this.propagationMs) return false;
    if (password !== sesSmtpPassword(key.secret, region)) return false;
    key.lastUsedAt = this.#now();
    return true;
  }

  create(): Key {
    if (this.keys.size >= KEYS_PER_USER) {
      throw new LimitExceededException({
        message: 'Cannot exceed quota for AccessKeysPerUser: 2',
        $metadata: { httpStatusCode: 409 },
      });
    }
    this.#issued += 1;
    const id = `AKIA${String(this.#issued).padStart(16, '0')}`;
    const key = {
      id,
      secret: `secret-${this.#issued}-${'x'.repeat(30)}`,
      active: true,
      createdAt: this.#now(),
      lastUsedAt: undefined,
    };
    this.keys.set(id, key);
    this.secrets.push(key.secret);
    return key;
  }

  #dispatch(command: unknown): object {
    if (command instanceof ListUserTagsCommand) return this.#listTags();
    if (command instanceof ListAccessKeysCommand) return this.#list();
    if (command instanceof CreateAccessKeyCommand) return created(this.create());
    if (command instanceof GetAccessKeyLastUsedCommand) return this.#lastUsed(command.input.AccessKeyId);
    if (command instanceof UpdateAccessKeyCommand) {
      this.#find(command.input.AccessKeyId).active = command.input.Status === 'Active';
      return { $metadata: {} };
    }
    if (command instanceof DeleteAccessKeyCommand) {
      this.keys.delete(this.#find(command.input.AccessKeyId).id);
      return { $metadata: {} };
    }
    throw new Error(`not in this IAM: ${command?.constructor.name}`);
  }

  #listTags(): ListUserTagsCommandOutput {
    return { $metadata: {}, Tags: Object.entries(this.#tags).map(([Key, Value]) => ({ Key, Value })) };
  }

  #list(): ListAccessKeysCommandOutput {
    const AccessKeyMetadata = [...this.keys.values()].map(({ id, active, createdAt }) => ({
      AccessKeyId: id,
      Status: active ? ('Active' as const) : ('Inactive' as const),
      CreateDate: new Date(createdAt),
    }));
    return { $metadata: {}, AccessKeyMetadata };
  }

  #lastUsed(id: string | undefined): GetAccessKeyLastUsedCommandOutput {
    const { lastUsedAt } = this.#find(id);
    const used = lastUsedAt === undefined ? {} : { LastUsedDate: new Date(lastUsedAt) };
    return { $metadata: {}, AccessKeyLastUsed: { ServiceName: 'ses-smtp', Region: 'N/A', ...used } };
  }

  #find(id: string | undefined): Key {
    const key = this.keys.get(id ?? '');
    if (!key)
      throw new NoSuchEntityException({ message: `no access key ${id}`, $metadata: { httpStatusCode: 404 } });
    return key;
  }
}

function created({ id, secret }: Key): CreateAccessKeyCommandOutput {
  const AccessKey = { UserName: 'user', AccessKeyId: id, SecretAccessKey: secret, Status: 'Active' as const };
  return { $metadata: {}, AccessKey };
}
