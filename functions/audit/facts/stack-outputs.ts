import type { DescribeStacksCommandOutput } from '@aws-sdk/client-cloudformation';
import { pagesOf } from '../../aws/pages.ts';
import type { QueryApi } from '../../aws/query-api.ts';
import { givesPasswordAway } from './sounds-like-password.ts';
import type { ValueComparison } from './value-comparison.ts';

/**
 * Outputs of CloudFormation stacks that are named like the password of a mail server: who may look at a stack reads them.
 * Values go into the comparison and nowhere else.
 */
export async function stackOutputs(
  cloudFormation: Pick<QueryApi, 'call'>,
  values: Pick<ValueComparison, 'addPlain'>,
): Promise<string[]> {
  const read = async (NextToken: string | undefined) =>
    (await cloudFormation.call('DescribeStacks', { NextToken })) as DescribeStacksCommandOutput;
  const named: string[] = [];
  for await (const { Stacks } of pagesOf(read)) {
    for (const { StackName, Outputs } of Stacks ?? []) {
      for (const { OutputKey = '', OutputValue = '' } of Outputs ?? []) {
        values.addPlain(OutputValue);
        if (givesPasswordAway(OutputKey, OutputValue)) named.push(`${StackName}.${OutputKey}`);
      }
    }
  }
  return named;
}
