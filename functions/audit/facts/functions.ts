import { type LambdaClient, paginateListFunctions } from '@aws-sdk/client-lambda';
import type { FunctionFacts } from './account.ts';
import { givesPasswordAway } from './sounds-like-password.ts';
import type { ValueComparison } from './value-comparison.ts';

/** Lambda functions and what their environments give away; values go into the comparison and nowhere else. */
export async function functionFacts(
  client: LambdaClient,
  stack: string,
  values: Pick<ValueComparison, 'addPlain'>,
): Promise<FunctionFacts[]> {
  const facts: FunctionFacts[] = [];
  for await (const { Functions = [] } of paginateListFunctions({ client }, {})) {
    for (const { FunctionName: name = '', Runtime, LastModified, Environment } of Functions) {
      const variables = Object.entries(Environment?.Variables ?? {});
      for (const [, value] of variables) values.addPlain(value);
      facts.push({
        name,
        own: name.startsWith(`${stack}-`),
        runtime: Runtime ?? null,
        changedAt: (LastModified && Date.parse(LastModified)) || null,
        passwordVariables: variables
          .filter(([variable, value]) => givesPasswordAway(variable, value))
          .map(([variable]) => variable),
      });
    }
  }
  return facts;
}
