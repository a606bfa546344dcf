import { parseArgs } from 'node:util';
import { showResult } from './job/audit.ts';
import { commandsToTry, runJob } from './job/job.ts';
import { live, type Workplace } from './processes.ts';
import { openSandbox } from './sandbox.ts';

const USAGE = 'usage: npm start [-- --once]   (--once: end when the job has ended)';

await live(async (workplace) => {
  const once = readOnce();
  if (once === undefined) return 2;
  return job(workplace, process.stdout.isTTY && !once);
});

/** Undefined, and the usage is shown, when the arguments are not understood. */
function readOnce(): boolean | undefined {
  try {
    return parseArgs({ options: { once: { type: 'boolean', default: false } } }).values.once;
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n${USAGE}`);
    return undefined;
  }
}

/** 0 when every step did what it should. */
async function job({ stopped, ...workplace }: Workplace, stays: boolean): Promise<number> {
  const { progress } = workplace;
  const localAwsUrl = process.env.KEYTURN_LOCAL_AWS_URL;
  const sandbox = await openSandbox({ ...workplace, localAwsUrl });
  await showResult(sandbox, await runJob(sandbox, progress), progress);
  if (!stays) return 0;
  progress.heading('Try it (Ctrl-C ends everything)');
  for (const line of commandsToTry(sandbox)) progress.line(line);
  return stopped;
}
