import { paginateDescribeParameters, type SSMClient } from '@aws-sdk/client-ssm';
import { soundsLikePassword } from './sounds-like-password.ts';

const ONLY_PLAIN = [{ Key: 'Type', Option: 'Equals', Values: ['String'] }];
const PAGE_SIZE = 50;

/** Parameters that everybody with ssm:GetParameter reads as they are. By their names: nobody needs their values for that. */
export async function plainParameters(client: SSMClient): Promise<string[]> {
  const found: string[] = [];
  const asked = { ParameterFilters: ONLY_PLAIN, MaxResults: PAGE_SIZE };
  for await (const { Parameters = [] } of paginateDescribeParameters({ client }, asked))
    found.push(...Parameters.map(({ Name = '' }) => Name).filter(soundsLikePassword));
  return found;
}
