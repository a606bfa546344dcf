import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SFNClient } from '@aws-sdk/client-sfn';

/**
 * In ms. The SDK's own would wait for a silent service until the function ends: a call must end before the lease of a
 * rotation step does (lifecycle/lease.ts), and sooner than who waits for the answer gives up.
 */
const requestHandler = { connectionTimeout: 2000, requestTimeout: 8000, throwOnRequestTimeout: true };

/**
 * Clients of AWS, all in one place: region, endpoint and credentials come from the environment, retries are the SDK's. A
 * client that a function does not make is not in its bundle.
 *
 * @public
 */
export function dynamodb(): DynamoDBClient {
  return new DynamoDBClient({ requestHandler });
}

export function secretsManager(): SecretsManagerClient {
  return new SecretsManagerClient({ requestHandler });
}

export function stepFunctions(): SFNClient {
  return new SFNClient({ requestHandler });
}
