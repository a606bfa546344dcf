import { setTimeout as sleep } from 'node:timers/promises';
import { ORDERS } from '../deploy/credentials.ts';
import { applyRotationSchedules } from '../deploy/rotation-schedules.ts';
import { currentCredential } from '../job/job.ts';
import { deliver } from '../job/mail.ts';
import { followRotation } from '../job/rotation.ts';
import type { Progress } from '../progress.ts';
import type { Sandbox } from '../sandbox.ts';
import { type Balance, balance } from './balance.ts';
import { draws, FAULT_RATE, type FaultyFunction, makeFaulty } from './faults.ts';
import { ReplacedKeys, type Rotations, rotateOften } from './rotations.ts';
import { type Applications, startApplications } from './sender.ts';

/** Messages go on for so long (ms) after the last key was retired: whoever still has it in mind meets its refusal. */
const AFTERWARDS_MS = 1000;

/** After so many rotations it is told how things stand. */
const SHOWN_ROTATIONS = 10;

export interface ChaosOptions {
  readonly seed: number;
  readonly rotations: number;
}

interface Run {
  readonly applications: Applications;
  readonly functions: readonly FaultyFunction[];
  readonly keys: ReplacedKeys;
}

/** Applications send without pause while their credential rotates and its functions crash; then the books are checked. */
export async function runChaos(
  sandbox: Sandbox,
  progress: Progress,
  options: ChaosOptions,
): Promise<Balance> {
  const { seed, rotations } = options;
  const { clients, folder } = sandbox;
  await progress.step(`set the rotation schedules: first key of ${ORDERS.secretName}`, (step) =>
    followRotation(sandbox, ORDERS.secretName, () => applyRotationSchedules(clients, folder), step),
  );
  const run = await progress.step('put faults between the functions and AWS; begin to send', () =>
    begin(sandbox, seed),
  );
  try {
    const rotated = { rotations: 0, tries: 0 };
    const random = draws(seed, 'rotations');
    while (rotated.rotations < rotations) {
      const count = Math.min(SHOWN_ROTATIONS, rotations - rotated.rotations);
      await progress.step(`rotate ${count} times more, seed ${seed}`, async (step) => {
        rotated.tries += await rotateOften(sandbox, run.keys, count, random);
        rotated.rotations += count;
        step.detail(soFar(rotated, run));
      });
    }
    return await progress.step('end the faults, retire the last key, count', () =>
      end(sandbox, run, rotated),
    );
  } catch (error) {
    await stop(run);
    throw error;
  }
}

async function begin(sandbox: Sandbox, seed: number): Promise<Run> {
  const { RotateFunctionName, RetireFunctionName } = sandbox.outputs;
  const functions = [
    await makeFaulty(sandbox, RotateFunctionName, {
      random: draws(seed, 'rotate function'),
      rate: FAULT_RATE.rotate,
    }),
    await makeFaulty(sandbox, RetireFunctionName, {
      random: draws(seed, 'retire function'),
      rate: FAULT_RATE.retire,
    }),
  ];
  const applications = await startApplications(sandbox);
  return { functions, applications, keys: await ReplacedKeys.retire(sandbox, draws(seed, 'retirements')) };
}

async function end(sandbox: Sandbox, run: Run, rotated: Rotations): Promise<Balance> {
  const { applications, functions, keys } = run;
  for (const { faults } of functions) faults.calm();
  await keys.retired();
  await sleep(AFTERWARDS_MS);
  await stop(run);
  const current = await currentCredential(sandbox.clients.secretsManager, ORDERS.secretName);
  await deliver(current, sandbox.servers.ses, 'the last message');
  return balance({
    rotated,
    retireRuns: keys.runs,
    applications,
    faults: functions.map(({ faults }) => faults),
    deliveries: sandbox.servers.ses.deliveries,
    keyIds: await keys.ids(),
    current,
  });
}

/** Again, it does nothing. */
async function stop({ applications, functions, keys }: Run): Promise<void> {
  const { documented, control } = applications;
  await Promise.all([keys.stop(), ...[...documented, control].map((sender) => sender.stop())]);
  await Promise.all(functions.map(({ close }) => close()));
}

function soFar({ rotations, tries }: Rotations, { applications, functions }: Run): string {
  const { documented } = applications;
  const sent = documented.reduce((sum, { accepted }) => sum + accepted.length, 0);
  const lost = documented.reduce((sum, { losses }) => sum + losses.length, 0);
  const crashes = functions.reduce((sum, { faults }) => sum + faults.crashes, 0);
  return `${rotations} rotations in ${tries} tries, ${crashes} crashes, ${sent} messages, ${lost} lost`;
}
