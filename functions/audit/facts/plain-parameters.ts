import type { DescribeParametersCommandOutput } from '@aws-sdk/client-ssm';
import { everyItem } from '../../aws/pages.ts';
import { soundsLikePassword } from './sounds-like-password.ts';

/** `JsonApi` of Systems Manager. */
export interface SystemsManager {
  call(operation: string, input: object): Promise<unknown>;
}

const ONLY_PLAIN = [{ Key: 'Type', Option: 'Equals', Values: ['String'] }];
const PAGE_SIZE = 50;

/** Parameters that everybody with ssm:GetParameter reads as they are. By their names: nobody needs their values for that. */
export async function plainParameters(ssm: SystemsManager): Promise<string[]> {
  const parameters = await everyItem(
    async (NextToken) =>
      (await ssm.call('DescribeParameters', {
        ParameterFilters: ONLY_PLAIN,
        MaxResults: PAGE_SIZE,
        NextToken,
      })) as DescribeParametersCommandOutput,
    ({ Parameters }) => Parameters,
  );
  return parameters.map(({ Name = '' }) => Name).filter(soundsLikePassword);
}
