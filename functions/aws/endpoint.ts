/** How a service's host name begins. */
export type Service = keyof typeof OWN_ENDPOINT;

const OWN_ENDPOINT = {
  cloudformation: 'AWS_ENDPOINT_URL_CLOUDFORMATION',
  cloudtrail: 'AWS_ENDPOINT_URL_CLOUDTRAIL',
  dynamodb: 'AWS_ENDPOINT_URL_DYNAMODB',
  ec2: 'AWS_ENDPOINT_URL_EC2',
  ecs: 'AWS_ENDPOINT_URL_ECS',
  email: 'AWS_ENDPOINT_URL_SESV2',
  events: 'AWS_ENDPOINT_URL_EVENTBRIDGE',
  iam: 'AWS_ENDPOINT_URL_IAM',
  kms: 'AWS_ENDPOINT_URL_KMS',
  lambda: 'AWS_ENDPOINT_URL_LAMBDA',
  logs: 'AWS_ENDPOINT_URL_CLOUDWATCH_LOGS',
  'mail-manager': 'AWS_ENDPOINT_URL_MAILMANAGER',
  monitoring: 'AWS_ENDPOINT_URL_CLOUDWATCH',
  secretsmanager: 'AWS_ENDPOINT_URL_SECRETS_MANAGER',
  securityhub: 'AWS_ENDPOINT_URL_SECURITYHUB',
  ssm: 'AWS_ENDPOINT_URL_SSM',
} as const;

/** The same variables as the SDK's: the service's own before the general one. */
export function endpointOf(service: Service, region: string, env: NodeJS.ProcessEnv): string {
  const domain = isChina(region) ? 'amazonaws.com.cn' : 'amazonaws.com';
  const place = service === 'iam' && !isChina(region) ? '' : `.${signingRegion(service, region)}`;
  return env[OWN_ENDPOINT[service]] ?? env.AWS_ENDPOINT_URL ?? `https://${service}${place}.${domain}`;
}

/** IAM is one for all regions of a partition, and its home is one of them. */
export function signingRegion(service: Service, region: string): string {
  if (service !== 'iam') return region;
  return isChina(region) ? 'cn-north-1' : 'us-east-1';
}

function isChina(region: string): boolean {
  return region.startsWith('cn-');
}
