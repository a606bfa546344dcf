import { type CloudFormationClient, paginateDescribeStacks } from '@aws-sdk/client-cloudformation';
import {
  DescribeTaskDefinitionCommand,
  type ECSClient,
  paginateListTaskDefinitionFamilies,
} from '@aws-sdk/client-ecs';
import { type LambdaClient, paginateListFunctions } from '@aws-sdk/client-lambda';
import { paginateDescribeParameters, type SSMClient } from '@aws-sdk/client-ssm';
import type { FunctionFacts } from '../subjects/account.ts';
import type { ValueComparison } from './value-comparison.ts';

/** SES, but not SESSION. */
const OF_MAIL = /(^|[^a-z])(smtp|e?mail|ses(?![a-z])|sendgrid|mailgun|resend|postmark)/i;
const PASSWORD = /(pass|passwd|password|pwd|secret|token|api[_-]?key)$/i;

/** Where to find a secret is no secret. */
const POINTER = /^(arn:|\{\{resolve:)/;

/** Each takes a call; so many are read in two minutes, and the plan has fifteen. */
const MOST_FAMILIES = 2000;

const ONLY_PLAIN = [{ Key: 'Type', Option: 'Equals', Values: ['String'] }];
const PAGE_SIZE = 50;

/** Whether a name such as SMTP_PASSWORD or /shop/smtp/password says that the password of a mail server is behind it. */
function soundsLikePassword(name: string): boolean {
  return OF_MAIL.test(name) && PASSWORD.test(name);
}

/** Whether something of this name and value gives the password of a mail server away. */
function givesPasswordAway(name: string, value: string): boolean {
  return soundsLikePassword(name) && value !== '' && !POINTER.test(value);
}

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

/**
 * Environment variables of containers that are named like the password of a mail server, in the newest active revision of
 * each family of task definitions; values go into the comparison and nowhere else. Rejects with a `TimeoutError` when there are
 * more families than can be read.
 */
export async function taskVariables(
  client: ECSClient,
  values: Pick<ValueComparison, 'addPlain'>,
): Promise<string[]> {
  const families: string[] = [];
  for await (const page of paginateListTaskDefinitionFamilies({ client }, { status: 'ACTIVE' }))
    families.push(...(page.families ?? []));
  const named: string[] = [];
  for (const family of families.slice(0, MOST_FAMILIES)) {
    for (const { name, value, place } of await variablesOf(client, family)) {
      values.addPlain(value);
      if (givesPasswordAway(name, value)) named.push(place);
    }
  }
  if (families.length > MOST_FAMILIES)
    throw Object.assign(new Error(`${families.length} families`), { name: 'TimeoutError' });
  return named;
}

async function variablesOf(client: ECSClient, family: string) {
  const { taskDefinition } = await client.send(new DescribeTaskDefinitionCommand({ taskDefinition: family }));
  return (taskDefinition?.containerDefinitions ?? []).flatMap(({ name: container, environment }) =>
    (environment ?? []).map(({ name = '', value = '' }) => ({
      name,
      value,
      place: `${family}/${container}.${name}`,
    })),
  );
}

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

/** Parameters that everybody with ssm:GetParameter reads as they are. By their names: nobody needs their values for that. */
export async function plainParameters(client: SSMClient): Promise<string[]> {
  const found: string[] = [];
  const asked = { ParameterFilters: ONLY_PLAIN, MaxResults: PAGE_SIZE };
  for await (const { Parameters = [] } of paginateDescribeParameters({ client }, asked))
    found.push(...Parameters.map(({ Name = '' }) => Name).filter(soundsLikePassword));
  return found;
}
