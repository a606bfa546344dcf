import type { QueryApi } from '../../aws/query-api.ts';
import { documentOf, isForEverybody } from '../policy-document.ts';
import type { VpcEndpoint } from './account.ts';

/** As Amazon EC2 writes it, which is not how the SDK spells it. */
interface Answer {
  readonly vpcEndpointSet?: readonly {
    readonly serviceName?: string;
    readonly state?: string;
    readonly policyDocument?: string;
  }[];
}

/** The VPC endpoints by which an application reaches its password and Amazon SES without the internet. */
export async function vpcEndpoints(ec2: Pick<QueryApi, 'call'>, region: string): Promise<VpcEndpoint[]> {
  const services = ['secretsmanager', 'email-smtp'].map((name) => `com.amazonaws.${region}.${name}`);
  const { vpcEndpointSet } = (await ec2.call('DescribeVpcEndpoints', {
    Filter: [{ Name: 'service-name', Value: services }],
  })) as Answer;
  return (vpcEndpointSet ?? [])
    .filter(({ state }) => state?.toLowerCase() === 'available')
    .map(({ serviceName = '', policyDocument }) => ({
      service: serviceName.split('.').at(-1) ?? '',
      open: !policyDocument || documentOf(policyDocument).Statement.some(isForEverybody),
    }));
}
