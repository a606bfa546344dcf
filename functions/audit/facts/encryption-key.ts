import { DescribeKeyCommand, GetKeyRotationStatusCommand, type KMSClient } from '@aws-sdk/client-kms';

/** The customer-managed KMS key of a secret. */
export interface EncryptionKey {
  /** Enabled, Disabled, PendingDeletion and others, as KMS says it. */
  readonly state: string;
  /** KMS makes new key material by itself, once a year unless told otherwise. */
  readonly rotates: boolean;
}

/** Reads keys by id, ARN or alias; the secrets of a batch share theirs, so it asks once for each. */
export function encryptionKeys(kms: KMSClient): (keyId: string) => Promise<EncryptionKey> {
  const asked = new Map<string, Promise<EncryptionKey>>();
  return (keyId) => {
    const answer = asked.get(keyId) ?? encryptionKey(kms, keyId);
    asked.set(keyId, answer);
    return answer;
  };
}

/** A secret may name its key by an alias, which GetKeyRotationStatus does not take. */
async function encryptionKey(kms: KMSClient, keyId: string): Promise<EncryptionKey> {
  const { KeyMetadata } = await kms.send(new DescribeKeyCommand({ KeyId: keyId }));
  const { KeyRotationEnabled } = await kms.send(new GetKeyRotationStatusCommand({ KeyId: KeyMetadata?.Arn }));
  return { state: KeyMetadata?.KeyState ?? '', rotates: KeyRotationEnabled === true };
}
