import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { live } from '../processes.ts';
import { openSandbox } from '../sandbox.ts';
import { balanceLines } from './balance.ts';
import { type ChaosOptions, runChaos } from './chaos.ts';
import { propagation } from './faults.ts';

const USAGE = 'usage: npm run chaos [-- --rotations 100] [--seed 1]   (the same seed draws the same faults)';

await live(async (workplace) => {
  const options = readOptions();
  if (!options) return 2;
  const { progress } = workplace;
  const sandbox = await openSandbox({ ...workplace, propagationMs: propagation(options.seed) });
  const balance = await runChaos(sandbox, progress, options);
  progress.heading(`Chaos, seed ${options.seed}, ${progress.elapsed()}`);
  for (const line of balanceLines(balance)) progress.line(line);
  return balance.violations.length === 0 ? 0 : 1;
});

/** Undefined, and the usage is shown, when the arguments are not understood. */
function readOptions(): ChaosOptions | undefined {
  try {
    const { values } = parseArgs({
      options: { rotations: { type: 'string', default: '100' }, seed: { type: 'string' } },
    });
    return {
      rotations: positive(values.rotations),
      seed: values.seed ? positive(values.seed) : randomInt(1, 2 ** 31),
    };
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n${USAGE}`);
    return undefined;
  }
}

function positive(text: string): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 1)
    throw new Error(`expected a positive integer, got ${text}`);
  return number;
}
