import { GetAccessKeyLastUsedCommand, type IAMClient, paginateListAccessKeys } from '@aws-sdk/client-iam';

export interface AccessKeyFacts {
  readonly id: string;
  readonly active: boolean;
  /** Milliseconds since 1970. */
  readonly createdAt: number | null;
  /** Null for a key that was never used; IAM updates it with some delay. */
  readonly lastUsedAt: number | null;
}

export type UserKeys = readonly AccessKeyFacts[];

/** The access keys of one IAM user (at most two) and when each was last used. Rejects with the SDK's error. */
export async function userKeys(client: IAMClient, userName: string): Promise<UserKeys> {
  const keys: AccessKeyFacts[] = [];
  for await (const page of paginateListAccessKeys({ client }, { UserName: userName })) {
    for (const { AccessKeyId, Status, CreateDate } of page.AccessKeyMetadata ?? []) {
      if (!AccessKeyId) continue;
      const createdAt = CreateDate?.getTime() ?? null;
      const lastUsedAt = await lastUse(client, AccessKeyId);
      keys.push({ id: AccessKeyId, active: Status === 'Active', createdAt, lastUsedAt });
    }
  }
  return keys;
}

async function lastUse(client: IAMClient, AccessKeyId: string): Promise<number | null> {
  const { AccessKeyLastUsed } = await client.send(new GetAccessKeyLastUsedCommand({ AccessKeyId }));
  return AccessKeyLastUsed?.LastUsedDate?.getTime() ?? null;
}
