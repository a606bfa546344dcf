import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { parseSecret } from '../functions/providers/secret.ts';
import type { SecretVersion } from './cached-secret.ts';

/** Reads AWSCURRENT of a secret in Keyturn's format. Rejects with the SDK's error, or with one that says what is missing. */
export async function readSecret(client: SecretsManagerClient, secretId: string): Promise<SecretVersion> {
  const { VersionId = '', SecretString = '' } = await client.send(
    new GetSecretValueCommand({ SecretId: secretId }),
  );
  const parsed = parseSecret(SecretString);
  if (parsed.kind === 'credential') return { versionId: VersionId, credential: parsed.credential };
  const why =
    parsed.kind === 'seed'
      ? 'it waits for its first rotation'
      : `${parsed.path}: expected ${parsed.expected}`;
  throw new Error(`the secret ${secretId} holds no SMTP login: ${why}`);
}
