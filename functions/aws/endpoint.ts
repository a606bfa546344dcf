/** A service's name in host names and signatures. */
export type Service = 'dynamodb' | 'secretsmanager';

/** The same variables as the SDK's: the service's own before the general one. */
export function endpointOf(service: Service, region: string, env: NodeJS.ProcessEnv): string {
  const own = service === 'dynamodb' ? 'AWS_ENDPOINT_URL_DYNAMODB' : 'AWS_ENDPOINT_URL_SECRETS_MANAGER';
  const domain = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
  return env[own] ?? env.AWS_ENDPOINT_URL ?? `https://${service}.${region}.${domain}`;
}
