/** A service's name in host names and signatures. */
export type Service = keyof typeof OWN_ENDPOINT;

const OWN_ENDPOINT = {
  dynamodb: 'AWS_ENDPOINT_URL_DYNAMODB',
  events: 'AWS_ENDPOINT_URL_EVENTBRIDGE',
  lambda: 'AWS_ENDPOINT_URL_LAMBDA',
  secretsmanager: 'AWS_ENDPOINT_URL_SECRETS_MANAGER',
} as const;

/** The same variables as the SDK's: the service's own before the general one. */
export function endpointOf(service: Service, region: string, env: NodeJS.ProcessEnv): string {
  const domain = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
  return env[OWN_ENDPOINT[service]] ?? env.AWS_ENDPOINT_URL ?? `https://${service}.${region}.${domain}`;
}
