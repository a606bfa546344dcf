import {
  DescribeTaskDefinitionCommand,
  type ECSClient,
  paginateListTaskDefinitionFamilies,
} from '@aws-sdk/client-ecs';
import { givesPasswordAway } from './sounds-like-password.ts';
import type { ValueComparison } from './value-comparison.ts';

/** Each takes a call; so many are read in two minutes, and the plan has fifteen. */
const MOST_FAMILIES = 2000;

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
