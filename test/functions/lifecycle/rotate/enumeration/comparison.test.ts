import { describe, expect, it } from 'vitest';
import { arnOf } from '../../../../support/aws/secrets-manager.ts';
import { oneOf } from '../../../../support/share.ts';
import { BROKEN } from './broken-handlers.ts';
import { EVERY } from './every-schedule.ts';
import { type Implementation, Lab, NAME, OURS } from './lab.ts';
import { ModelSes } from './model-ses.ts';
import { sampleHandler } from './sample-steps.ts';
import { SCENARIOS } from './scenarios.ts';
import { type Explored, explore, schedulesOf, unexplored } from './schedules.ts';

const LIMIT = 5 * 60_000;
const PROVIDER = (now: () => number, faults: ConstructorParameters<typeof ModelSes>[2]) =>
  new ModelSes(arnOf(NAME), now, faults);
const SAMPLE: Implementation = { handler: sampleHandler, retires: false };
/** Those that each rotation function can live through by itself. */
const COMPARED = SCENARIOS.filter(({ name }) =>
  ['first rotation', 'normal', 'both slots taken'].includes(name),
);

async function exploreWith(implementation: Implementation, every: number): Promise<Explored> {
  const explored = unexplored();
  for (const scenario of COMPARED) {
    let number = 0;
    for await (const schedule of schedulesOf(PROVIDER, scenario, implementation)) {
      if (number++ % every === 0) await explore(PROVIDER, schedule, explored, implementation);
    }
  }
  return explored;
}

/** In how many schedules at least one violation of a kind was seen. */
function schedulesThat(kind: string, { violations }: Explored): number {
  const seen = [...violations].filter(([violation]) => violation.startsWith(kind));
  return new Set(seen.flatMap(([, schedules]) => schedules)).size;
}

describe('the enumeration', { timeout: LIMIT }, () => {
  it.each(Object.entries(BROKEN))('notices that %s', async (name, handler) => {
    const broken = { handler, retires: true };
    const lab = new Lab(PROVIDER, broken);
    // While nothing goes wrong it works as well as any.
    expect(await lab.rotate()).toMatchObject({ kind: 'rotated' });
    const { violations } = await exploreWith(broken, oneOf(10));
    console.log(`${name}: ${[...violations].map(([seen, where]) => `${seen} (${where.length})`).join('; ')}`);
    expect([...violations.keys()]).not.toEqual([]);
  });

  it('finds no schedule in which ours wedges, leaks or loses, and many in which the AWS sample does', async () => {
    const rows = await Promise.all(
      [['AWS sample', SAMPLE] as const, ['Keyturn', OURS] as const].map(async ([name, implementation]) => {
        const explored = await exploreWith(implementation, EVERY);
        const [wedged, leaked, lost] = ['wedged', 'leaked', 'lost'].map((kind) =>
          schedulesThat(kind, explored),
        );
        return { name, schedules: explored.schedules, wedged, leaked, lost };
      }),
    );
    console.table(rows);
    const [sample, ours] = rows;
    expect(ours).toMatchObject({ wedged: 0, leaked: 0, lost: 0 });
    for (const kind of ['wedged', 'leaked', 'lost'] as const) expect(sample?.[kind]).toBeGreaterThan(0);
  });
});
