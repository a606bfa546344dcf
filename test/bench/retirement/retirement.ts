import type { Bundle } from '../bundles.ts';
import { type Row, told } from '../rows.ts';
import { cost, DAYS_A_MONTH, LOOKS_A_MONTH } from './cost.ts';
import { type Due, type Idle, measureDue, measureIdle } from './run.ts';

const CREDENTIALS = 10_000;
const OF = CREDENTIALS.toLocaleString('en');
/** Dollars a month, while nothing is due. */
const IDLE_LIMIT = 1;
/** Seconds. */
const HOUR = 60 * 60;
const LONGEST_LIMIT = 60;

/** Of a round: finding what is due, the choice, and the map or the end; of a batch: its state. */
const TRANSITIONS_OF_A_ROUND = 3;

/** What retirement costs while nothing is due, and how long everything takes when all is. */
export async function retirementRows(deployed: readonly Bundle[]): Promise<Row[]> {
  const fileOf = (name: string) => deployed.find((one) => one.name === name)?.file ?? '';
  const bundles = { Retire: fileOf('Retire'), RetireDue: fileOf('RetireDue') };
  return [
    ...idleRows(await measureIdle(CREDENTIALS, bundles)),
    ...dueRows(await measureDue(CREDENTIALS, bundles)),
  ];
}

function idleRows({ look, sweep }: Idle): Row[] {
  const looks = cost(look, { scheduled: 1, coldStarts: 1 }) * LOOKS_A_MONTH;
  const transitions = sweep.invocations * TRANSITIONS_OF_A_ROUND;
  const sweeps = cost(sweep, { scheduled: 1, coldStarts: 1, transitions }) * DAYS_A_MONTH;
  return [
    told(`retirement of ${OF} idle: a look calls AWS`, String(times(look.calls))),
    told(`retirement of ${OF} idle: a sweep calls AWS`, String(times(sweep.calls))),
    told(`retirement of ${OF} idle: looks, sweeps`, `$ ${looks.toFixed(3)}, $ ${sweeps.toFixed(3)}`),
    limited(
      `retirement of ${OF} idle, a month`,
      looks + sweeps,
      IDLE_LIMIT,
      (amount) => `$ ${amount.toFixed(2)}`,
    ),
  ];
}

function dueRows(due: Due): Row[] {
  const { looks, rounds, batches, seconds, longest, switchedOff } = due;
  const transitions = rounds * TRANSITIONS_OF_A_ROUND + batches;
  const all = cost(looks, { transitions, looks: CREDENTIALS });
  if (switchedOff !== CREDENTIALS)
    throw new Error(`of ${OF} that were due, ${switchedOff} were switched off`);
  return [
    told(`retirement of ${OF} due: AWS calls for each`, (times(looks.calls) / CREDENTIALS).toFixed(1)),
    told(`retirement of ${OF} due: cost of all looks`, `$ ${all.toFixed(2)}`),
    limited(`retirement of ${OF} due at once`, seconds, HOUR, minutes),
    limited(
      'the longest that a function takes for it',
      longest,
      LONGEST_LIMIT,
      (time) => `${time.toFixed(1)} s`,
    ),
  ];
}

function limited(what: string, value: number, limit: number, shown: (value: number) => string): Row {
  return { what, value: shown(value), limit: shown(limit), result: value <= limit ? 'ok' : 'TOO HIGH' };
}

function minutes(seconds: number): string {
  return `${(seconds / 60).toFixed(1)} min`;
}

function times(calls: ReadonlyMap<string, number>): number {
  return [...calls].reduce((sum, [name, count]) => (name.includes('.') ? sum + count : sum), 0);
}
