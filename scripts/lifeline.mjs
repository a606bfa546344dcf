// Runs a command so that nothing of it outlives its owner. The pipe on stdin is the lifeline: when the other end
// closes, however the owner died (SIGKILL too), this whole process group is killed. Start it `detached`, which makes
// it the leader of a group of its own. Plain JavaScript: scripts/run.mjs needs it before anything is installed.
import { spawn } from 'node:child_process';

const [command, ...args] = process.argv.slice(2);

process.stdin.resume().once('close', () => process.kill(-process.pid, 'SIGKILL'));

spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit'] })
  .once('error', ({ message }) => {
    console.error(message);
    process.exit(127);
  })
  .once('exit', (code) => process.exit(code ?? 1));
