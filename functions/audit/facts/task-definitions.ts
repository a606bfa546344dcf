import type {
  DescribeTaskDefinitionCommandOutput,
  ListTaskDefinitionFamiliesCommandOutput,
} from '@aws-sdk/client-ecs';
import { everyItem } from '../../aws/pages.ts';
import { givesPasswordAway } from './sounds-like-password.ts';
import type { ValueComparison } from './value-comparison.ts';

/** Each takes a call; so many are read in two minutes, and the plan has fifteen. */
const MOST_FAMILIES = 2000;

/** `JsonApi` of Amazon ECS. */
export interface ContainerService {
  call(operation: string, input: object): Promise<unknown>;
}

/**
 * Environment variables of containers that are named like the password of a mail server, in the newest active revision of
 * each family of task definitions; values go into the comparison and nowhere else. Rejects with a `TimeoutError` when there are
 * more families than can be read.
 */
export async function taskVariables(
  ecs: ContainerService,
  values: Pick<ValueComparison, 'addPlain'>,
): Promise<string[]> {
  const families = await everyItem(
    async (nextToken) =>
      (await ecs.call('ListTaskDefinitionFamilies', {
        status: 'ACTIVE',
        nextToken,
      })) as ListTaskDefinitionFamiliesCommandOutput,
    ({ families: found }) => found,
  );
  const named: string[] = [];
  for (const family of families.slice(0, MOST_FAMILIES)) {
    for (const { name, value, place } of await variablesOf(ecs, family)) {
      values.addPlain(value);
      if (givesPasswordAway(name, value)) named.push(place);
    }
  }
  if (families.length > MOST_FAMILIES)
    throw Object.assign(new Error(`${families.length} families`), { name: 'TimeoutError' });
  return named;
}

async function variablesOf(ecs: ContainerService, taskDefinition: string) {
  const output = await ecs.call('DescribeTaskDefinition', { taskDefinition });
  const { containerDefinitions } = (output as DescribeTaskDefinitionCommandOutput).taskDefinition ?? {};
  return (containerDefinitions ?? []).flatMap(({ name: container, environment }) =>
    (environment ?? []).map(({ name = '', value = '' }) => ({
      name,
      value,
      place: `${taskDefinition}/${container}.${name}`,
    })),
  );
}
