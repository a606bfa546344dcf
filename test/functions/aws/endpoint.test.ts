import { describe, expect, it } from 'vitest';
import { endpointOf, signingRegion } from '../../../functions/aws/endpoint.ts';

describe('a service is called', () => {
  it.each([
    ['secretsmanager', 'eu-central-1', 'https://secretsmanager.eu-central-1.amazonaws.com'],
    ['dynamodb', 'us-gov-west-1', 'https://dynamodb.us-gov-west-1.amazonaws.com'],
    ['events', 'eu-west-1', 'https://events.eu-west-1.amazonaws.com'],
    ['dynamodb', 'cn-north-1', 'https://dynamodb.cn-north-1.amazonaws.com.cn'],
    ['email', 'eu-west-1', 'https://email.eu-west-1.amazonaws.com'],
    ['iam', 'eu-west-1', 'https://iam.amazonaws.com'],
    ['iam', 'cn-northwest-1', 'https://iam.cn-north-1.amazonaws.com.cn'],
  ] as const)('%s in %s at %s', (service, region, url) => {
    expect(endpointOf(service, region, {})).toBe(url);
  });

  it('where the environment says, in the order of the SDK: the service before all services', () => {
    const env = { AWS_ENDPOINT_URL: 'http://all', AWS_ENDPOINT_URL_DYNAMODB: 'http://table' };
    expect(endpointOf('dynamodb', 'eu-central-1', env)).toBe('http://table');
    expect(endpointOf('secretsmanager', 'eu-central-1', env)).toBe('http://all');
  });

  it.each([
    ['email', 'eu-west-1', 'eu-west-1'],
    ['iam', 'eu-west-1', 'us-east-1'],
    ['iam', 'cn-northwest-1', 'cn-north-1'],
  ] as const)('%s in %s with a signature for %s', (service, region, signed) => {
    expect(signingRegion(service, region)).toBe(signed);
  });
});
