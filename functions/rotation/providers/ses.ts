import {
  CreateAccessKeyCommand,
  DeleteAccessKeyCommand,
  type IAMClient,
  ListUserTagsCommand,
  NoSuchEntityException,
  UpdateAccessKeyCommand,
} from '@aws-sdk/client-iam';
import type { SesProvider } from '../../credential/credential.ts';
import { Redacted } from '../../credential/redacted.ts';
import { SECRET_TAG } from '../../observe/names.ts';
import type { IssuedCredential, MintedCredential, RotationProvider } from '../provider.ts';
import { accessKeys } from './access-keys.ts';
import { sesSmtpPassword } from './ses-password.ts';

/** IAM quota "access keys per user"; it cannot be raised, and inactive keys count. */
const KEYS_PER_USER = 2;

/** Amazon SES: the access keys of one IAM user. The secret access key leaves this class only as the derived password. */
export class SesKeys implements RotationProvider {
  readonly limit = KEYS_PER_USER;
  readonly #iam: IAMClient;
  readonly #userName: string;
  readonly #region: string;

  constructor(iam: IAMClient, { userName, region }: SesProvider) {
    this.#iam = iam;
    this.#userName = userName;
    this.#region = region;
  }

  async owner(): Promise<string | null> {
    const { Tags } = await this.#iam.send(new ListUserTagsCommand({ UserName: this.#userName }));
    return Tags?.find(({ Key }) => Key === SECRET_TAG)?.Value ?? null;
  }

  list(): Promise<readonly IssuedCredential[]> {
    return accessKeys(this.#iam, this.#userName);
  }

  async mint(): Promise<MintedCredential> {
    const { AccessKey } = await this.#iam.send(new CreateAccessKeyCommand({ UserName: this.#userName }));
    const { AccessKeyId, SecretAccessKey } = AccessKey ?? {};
    if (!AccessKeyId || !SecretAccessKey) throw new Error('IAM answered CreateAccessKey without a key');
    const password = new Redacted(sesSmtpPassword(SecretAccessKey, this.#region));
    return { id: AccessKeyId, username: AccessKeyId, password };
  }

  async deactivate(id: string): Promise<void> {
    await this.#update(id, 'Inactive');
  }

  async reactivate(id: string): Promise<void> {
    await this.#update(id, 'Active');
  }

  async remove(id: string): Promise<void> {
    try {
      await this.#iam.send(new DeleteAccessKeyCommand({ UserName: this.#userName, AccessKeyId: id }));
    } catch (error) {
      if (!(error instanceof NoSuchEntityException)) throw error;
    }
  }

  async #update(id: string, status: 'Active' | 'Inactive'): Promise<void> {
    await this.#iam.send(
      new UpdateAccessKeyCommand({ UserName: this.#userName, AccessKeyId: id, Status: status }),
    );
  }
}
