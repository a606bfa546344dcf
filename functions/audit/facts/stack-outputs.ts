import { type CloudFormationClient, paginateDescribeStacks } from '@aws-sdk/client-cloudformation';
import { givesPasswordAway } from './sounds-like-password.ts';
import type { ValueComparison } from './value-comparison.ts';

/**
 * Outputs of CloudFormation stacks that are named like the password of a mail server: who may look at a stack reads them.
 * Values go into the comparison and nowhere else.
 */
export async function stackOutputs(
  client: CloudFormationClient,
  values: Pick<ValueComparison, 'addPlain'>,
): Promise<string[]> {
  const named: string[] = [];
  for await (const { Stacks } of paginateDescribeStacks({ client }, {})) {
    for (const { StackName, Outputs } of Stacks ?? []) {
      for (const { OutputKey = '', OutputValue = '' } of Outputs ?? []) {
        values.addPlain(OutputValue);
        if (givesPasswordAway(OutputKey, OutputValue)) named.push(`${StackName}.${OutputKey}`);
      }
    }
  }
  return named;
}
