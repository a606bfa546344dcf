import { expect, it } from 'vitest';
import type { Disturbance } from './disturbances.ts';
import { SUBJECTS } from './providers.ts';
import { SCENARIOS } from './scenarios.ts';
import { explore, type Recovery, unexplored } from './schedules.ts';

/** What the random mode found once, so that it is looked at each time. */
interface Found {
  readonly guarantee: string;
  readonly scenario: string;
  readonly disturbances: readonly Disturbance[];
  readonly recovery: Recovery;
  readonly lagMs: number;
}

const FOUND: readonly Found[] = [
  {
    guarantee: 'what another process of the same token made after the ledger was read is no orphan',
    scenario: 'normal',
    disturbances: [
      { kind: 'unsent-timeout', at: 14 },
      { kind: 'same-token-meanwhile', at: 7 },
    ],
    recovery: 'new token by hand',
    lagMs: 3000,
  },
  {
    guarantee: 'reads that lag for long do not wedge a rotation whose label was taken away by hand',
    scenario: 'both slots taken',
    disturbances: [{ kind: 'other-token-meanwhile', at: 2 }],
    recovery: 'new token by hand',
    lagMs: 8000,
  },
];

it.each(FOUND.flatMap((found) => Object.keys(SUBJECTS).map((subject) => ({ ...found, subject }))))(
  '$guarantee: $subject',
  async ({ scenario: name, subject, disturbances, recovery, lagMs }) => {
    const scenario = SCENARIOS.find((one) => one.name === name);
    const makeSubject = SUBJECTS[subject as keyof typeof SUBJECTS];
    if (!scenario) throw new Error(`no scenario ${name}`);
    const explored = unexplored();
    await explore(makeSubject, { scenario, disturbances, recovery, lagMs }, explored);
    expect([...explored.violations.keys()]).toEqual([]);
  },
);
