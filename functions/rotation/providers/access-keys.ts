import { GetAccessKeyLastUsedCommand, type IAMClient, ListAccessKeysCommand } from '@aws-sdk/client-iam';
import type { IssuedCredential } from '../provider.ts';

/** What IAM puts in the place of the service when a key was never used, or not since IAM keeps track. */
const NEVER_USED = 'N/A';

/**
 * The access keys of one IAM user, and when each was last used; IAM knows that with some delay.
 * Apart from `SesKeys`, so that the audit can list keys without the code, and so the permission, to make them.
 * Rejects with the SDK's error. One page holds them all: a user has two keys at most.
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
