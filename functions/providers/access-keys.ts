import type {
  GetAccessKeyLastUsedCommandInput,
  GetAccessKeyLastUsedCommandOutput,
  ListAccessKeysCommandInput,
  ListAccessKeysCommandOutput,
} from '@aws-sdk/client-iam';
import type { IssuedCredential } from './provider.ts';

/** What IAM puts in the place of the service when a key was never used, or not since IAM keeps track. */
const NEVER_USED = 'N/A';

/** The two reading calls of IAM, of the SDK or of `aws/iam.ts`, which leaves times as the text that they are. */
export interface AccessKeysApi {
  listAccessKeys(input: ListAccessKeysCommandInput): Promise<ListAccessKeysCommandOutput>;
  getAccessKeyLastUsed(input: GetAccessKeyLastUsedCommandInput): Promise<GetAccessKeyLastUsedCommandOutput>;
}

/**
 * The access keys of one IAM user, and when each was last used; IAM knows that with some delay.
 * Apart from `SesKeys`, so that the audit can list keys without the code, and so the permission, to make them.
 * Rejects with the client's error. One page holds them all: a user has two keys at most.
 */
export async function accessKeys(api: AccessKeysApi, userName: string): Promise<readonly IssuedCredential[]> {
  const { AccessKeyMetadata } = await api.listAccessKeys({ UserName: userName });
  return Promise.all(
    (AccessKeyMetadata ?? []).map(async ({ AccessKeyId = '', Status, CreateDate }) => ({
      id: AccessKeyId,
      name: null,
      active: Status === 'Active',
      createdAt: timeOf(CreateDate),
      ...(await lastUse(api, AccessKeyId)),
    })),
  );
}

async function lastUse(api: AccessKeysApi, id: string) {
  const { AccessKeyLastUsed } = await api.getAccessKeyLastUsed({ AccessKeyId: id });
  const { LastUsedDate, ServiceName } = AccessKeyLastUsed ?? {};
  const lastUsedBy = ServiceName && ServiceName !== NEVER_USED ? ServiceName : null;
  return { lastUsedAt: timeOf(LastUsedDate), lastUsedBy };
}

function timeOf(date: Date | string | undefined): number | null {
  return date ? new Date(date).getTime() : null;
}
