import {
  GetResourcePolicyCommand,
  type SecretsManagerClient,
  ValidateResourcePolicyCommand,
} from '@aws-sdk/client-secrets-manager';
import { documentOf } from '../policy-document.ts';
import type { SecretPolicy } from './aws.ts';

/** The resource policy of one secret, and what AWS itself says against it. Rejects with the client's error. */
export async function secretPolicy(client: SecretsManagerClient, SecretId: string): Promise<SecretPolicy> {
  const { ResourcePolicy } = await client.send(new GetResourcePolicyCommand({ SecretId }));
  if (!ResourcePolicy) return { document: null, objections: [] };
  const { PolicyValidationPassed, ValidationErrors } = await client.send(
    new ValidateResourcePolicyCommand({ SecretId, ResourcePolicy }),
  );
  const named = (ValidationErrors ?? []).map(({ CheckName }) => CheckName ?? 'unnamed');
  return {
    document: documentOf(ResourcePolicy),
    objections: PolicyValidationPassed === false && named.length === 0 ? ['unnamed'] : named,
  };
}
