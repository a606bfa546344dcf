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
import { sesSmtpPassword } from '../../../functions/providers/ses.ts';
import { Faults } from './faults.ts';
import { SENDING_USER } from './iam-user.ts';

const KEYS_PER_USER = 2;

interface Key {
  readonly id: string;
  readonly secret: string;
  active: boolean;
  readonly createdAt: number;
  lastUsedAt: number | undefined;
  /** The service, as GetAccessKeyLastUsed names it. */
  lastUsedBy: string;
}

/** One IAM user and its access keys in this process: the two-key quota, active and inactive, last used. */
export class InProcessIam {
  readonly client: IAMClient;
  readonly keys = new Map<string, Key>();
  /** Every secret access key ever issued. */
  readonly secrets: string[] = [];
  /** After this long (ms) a new key is known to the SMTP endpoint. */
  propagationMs = 0;
  /** So long (ms) after a use GetAccessKeyLastUsed tells of it. */
  lastUsedLagMs = 0;
  /** How often CreateAccessKey was refused because the user had two keys. */
  refusedForQuota = 0;
  readonly #tags: Readonly<Record<string, string>>;
  readonly #now: () => number;
  #issued = 0;

  constructor(tags: Record<string, string>, now: () => number = Date.now, faults = new Faults()) {
    this.#tags = tags;
    this.#now = now;
    const send = (command: unknown) => faults.call(() => this.#dispatch(command));
    // Without a constructor, which would take a millisecond: there are tests with many thousands of these.
    this.client = Object.assign(Object.create(IAMClient.prototype), { send });
  }

  /** What the SES SMTP endpoint would say of a login; without `use` IAM does not hear of it. */
  accepts(username: string, password: string, region: string, use = true): boolean {
    const key = this.keys.get(username);
    if (!key?.active || this.#now() < key.createdAt + this.propagationMs) return false;
    if (password !== passwordOf(key.secret, region)) return false;
    if (use) key.lastUsedAt = this.#now();
    return true;
  }

  create(): Key {
    if (this.keys.size >= KEYS_PER_USER) {
      this.refusedForQuota += 1;
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
      lastUsedBy: 'ses-smtp',
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
    const name = String(command?.constructor.name);
    const answer = SENDING_USER[name.replace(/Command$/, '')];
    if (answer) return answer();
    throw new Error(`not in this IAM: ${name}`);
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
    const { lastUsedAt, lastUsedBy } = this.#find(id);
    const isKnown = lastUsedAt !== undefined && lastUsedAt + this.lastUsedLagMs <= this.#now();
    const use = isKnown
      ? { ServiceName: lastUsedBy, Region: 'us-east-1', LastUsedDate: new Date(lastUsedAt) }
      : { ServiceName: 'N/A', Region: 'N/A' };
    return { $metadata: {}, AccessKeyLastUsed: use };
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

/** The derivation is five HMACs, and the worlds of an enumeration ask for the same few passwords a million times. */
const passwords = new Map<string, string>();

function passwordOf(secret: string, region: string): string {
  const key = `${region} ${secret}`;
  const password = passwords.get(key) ?? sesSmtpPassword(secret, region);
  passwords.set(key, password);
  return password;
}
