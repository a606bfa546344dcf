import { GetAccessKeyLastUsedCommand, type IAMClient, ListAccessKeysCommand } from '@aws-sdk/client-iam';
import type { IssuedCredential } from '../provider.ts';

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
      active: Status === 'Active',
      createdAt: CreateDate?.getTime() ?? 0,
      lastUsedAt: await lastUsedAt(iam, AccessKeyId),
    })),
  );
}

async function lastUsedAt(iam: IAMClient, id: string): Promise<number | null> {
  const { AccessKeyLastUsed } = await iam.send(new GetAccessKeyLastUsedCommand({ AccessKeyId: id }));
  return AccessKeyLastUsed?.LastUsedDate?.getTime() ?? null;
}
