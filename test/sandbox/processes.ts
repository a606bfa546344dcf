import { execFileSync } from 'node:child_process';

/** Whether a process runs; one that has ended and waits for its parent to notice does not. */
export function isRunning(pid: number): boolean {
  return list(['-o', 'stat=', '-p', String(pid)]).some((state) => !state.startsWith('Z'));
}

/** Command lines of the running processes whose command or environment has `mark` in it, without this process. */
export function runningWith(mark: string): string[] {
  return list(['axeww', '-o', 'pid=,stat=,command='])
    .filter((line) => line.includes(mark))
    .map((line) => line.trim().split(/\s+/))
    .filter(([pid, state = '']) => Number(pid) !== process.pid && !state.startsWith('Z'))
    .map(([pid, , ...command]) => `${pid} ${command.join(' ').slice(0, 400)}`);
}

function list(args: readonly string[]): string[] {
  try {
    return execFileSync('ps', args, { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 })
      .split('\n')
      .filter((line) => line.trim() !== '');
  } catch {
    // ps exits with 1 when no process matches.
    return [];
  }
}
