import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { type Credential, parseSecret } from '../../functions/providers/secret.ts';

/** The credential that AWSCURRENT holds, read as any application would. */
export async function currentCredential(client: SecretsManagerClient, secretId: string): Promise<Credential> {
  const { SecretString = '' } = await client.send(new GetSecretValueCommand({ SecretId: secretId }));
  const parsed = parseSecret(SecretString);
  if (parsed.kind !== 'credential') throw new Error(`${secretId}: expected a login, got a ${parsed.kind}`);
  return parsed.credential;
}
