import {
  CreateAccessKeyCommand,
  DeleteAccessKeyCommand,
  GetAccessKeyLastUsedCommand,
  type IAMClient,
  ListAccessKeysCommand,
  ListUserTagsCommand,
  NoSuchEntityException,
  UpdateAccessKeyCommand,
} from '@aws-sdk/client-iam';
import type { Endpoint } from '../net/endpoint.ts';
import { SECRET_TAG } from '../observe/names.ts';
import { KeyturnError } from '../observe/shown.ts';
import { Redacted } from '../secrets/redacted.ts';
import type { IssuedCredential, IssuingProvider, MintedCredential, Owner } from './provider.ts';
import { type SesProvider, sesEndpoints, sesSmtpPassword } from './ses.ts';

/** IAM quota "access keys per user"; it cannot be raised, and inactive keys count. */
const KEYS_PER_USER = 2;

/**
 * Amazon SES: the access keys of one IAM user. The secret access key leaves this class only as the derived passwords.
 * IAM keeps no name with a key. Rejects with the SDK's error.
 */
export class SesKeys implements IssuingProvider {
  readonly kind = 'issuing';
  readonly limit = KEYS_PER_USER;
  readonly reversible = true;
  readonly lastUsed = true;
  readonly keepsNames = false;
  readonly nameLimit = null;
  readonly #iam: IAMClient;
  readonly #provider: SesProvider;
  readonly #mintingIam: IAMClient;

  /** `mintingIam` must not try again by itself: CreateAccessKey is not idempotent, and a lost answer is a lost key. */
  constructor(iam: IAMClient, provider: SesProvider, mintingIam = iam) {
    this.#iam = iam;
    this.#provider = provider;
    this.#mintingIam = mintingIam;
  }

  async endpoints(): Promise<readonly Endpoint[]> {
    const { region, regions = [] } = this.#provider;
    return sesEndpoints([region, ...regions]);
  }

  async owner(): Promise<Owner> {
    const { Tags } = await this.#iam.send(new ListUserTagsCommand({ UserName: this.#provider.userName }));
    return { kind: 'tagged', secretArn: Tags?.find(({ Key }) => Key === SECRET_TAG)?.Value ?? null };
  }

  list(): Promise<readonly IssuedCredential[]> {
    return accessKeys(this.#iam, this.#provider.userName);
  }

  async mint(): Promise<MintedCredential> {
    const { userName, region, regions = [] } = this.#provider;
    const { AccessKey } = await this.#mintingIam.send(new CreateAccessKeyCommand({ UserName: userName }));
    const { AccessKeyId, SecretAccessKey } = AccessKey ?? {};
    if (!AccessKeyId || !SecretAccessKey)
      throw new KeyturnError('IAM answered CreateAccessKey without a key');
    const passwordFor = (place: string) => new Redacted(sesSmtpPassword(SecretAccessKey, place));
    return {
      id: AccessKeyId,
      username: AccessKeyId,
      password: passwordFor(region),
      regional: regions.map((place) => ({ region: place, password: passwordFor(place) })),
    };
  }

  async deactivate(id: string): Promise<void> {
    await this.#update(id, 'Inactive');
  }

  async reactivate(id: string): Promise<void> {
    await this.#update(id, 'Active');
  }

  async remove(id: string): Promise<void> {
    const { userName } = this.#provider;
    try {
      await this.#iam.send(new DeleteAccessKeyCommand({ UserName: userName, AccessKeyId: id }));
    } catch (error) {
      if (!(error instanceof NoSuchEntityException)) throw error;
    }
  }

  async #update(id: string, status: 'Active' | 'Inactive'): Promise<void> {
    const { userName } = this.#provider;
    await this.#iam.send(new UpdateAccessKeyCommand({ UserName: userName, AccessKeyId: id, Status: status }));
  }
}

/** What IAM puts in the place of the service when a key was never used, or not since IAM keeps track. */
const NEVER_USED = 'N/A';

/**
 * The access keys of one IAM user, and when each was last used; IAM knows that with some delay.
 * Apart from `SesKeys`, so that the audit can list keys without the code, and so the permission, to make them.
 * Rejects with the client's error. One page holds them all: a user has two keys at most.
 */
export async function accessKeys(iam: IAMClient, userName: string): Promise<readonly IssuedCredential[]> {
  const { AccessKeyMetadata } = await iam.send(new ListAccessKeysCommand({ UserName: userName }));
  return Promise.all(
    (AccessKeyMetadata ?? []).map(async ({ AccessKeyId = '', Status, CreateDate }) => ({
      id: AccessKeyId,
      name: null,
      active: Status === 'Active',
      createdAt: CreateDate?.getTime() ?? null,
      ...(await lastUse(iam, AccessKeyId)),
    })),
  );
}

async function lastUse(iam: IAMClient, id: string) {
  const { AccessKeyLastUsed } = await iam.send(new GetAccessKeyLastUsedCommand({ AccessKeyId: id }));
  const { LastUsedDate, ServiceName } = AccessKeyLastUsed ?? {};
  const lastUsedBy = ServiceName && ServiceName !== NEVER_USED ? ServiceName : null;
  return { lastUsedAt: LastUsedDate?.getTime() ?? null, lastUsedBy };
}
