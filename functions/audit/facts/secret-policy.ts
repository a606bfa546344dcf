import type {
  GetResourcePolicyCommandOutput,
  ValidateResourcePolicyCommandOutput,
} from '@aws-sdk/client-secrets-manager';
import { documentOf } from '../policy-document.ts';
import type { SecretPolicy } from './aws.ts';

/** `JsonApi` of Secrets Manager. */
export interface PolicyApi {
  call(operation: string, input: object): Promise<unknown>;
}

/** The resource policy of one secret, and what AWS itself says against it. Rejects with the client's error. */
export async function secretPolicy(secretsManager: PolicyApi, SecretId: string): Promise<SecretPolicy> {
  const { ResourcePolicy } = (await secretsManager.call('GetResourcePolicy', {
    SecretId,
  })) as GetResourcePolicyCommandOutput;
  if (!ResourcePolicy) return { document: null, objections: [] };
  const { PolicyValidationPassed, ValidationErrors } = (await secretsManager.call('ValidateResourcePolicy', {
    SecretId,
    ResourcePolicy,
  })) as ValidateResourcePolicyCommandOutput;
  const named = (ValidationErrors ?? []).map(({ CheckName }) => CheckName ?? 'unnamed');
  return {
    document: documentOf(ResourcePolicy),
    objections: PolicyValidationPassed === false && named.length === 0 ? ['unnamed'] : named,
  };
}
