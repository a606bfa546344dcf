import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, test, vi } from 'vitest';
import { Children, CommandFailed } from '../../sandbox/processes.ts';
import { isRunning } from './processes.ts';

const OWNER = fileURLToPath(new URL('owner.ts', import.meta.url));
const options = { env: {} };

/** Starts a grandchild that would run for an hour, says who it is, and waits. */
const FAMILY = `
const grandchild = require('node:child_process').spawn(process.execPath, ['-e', 'setTimeout(() => {}, 3_600_000)']);
console.log(grandchild.pid);
setTimeout(() => {}, 3_600_000);
`;

const gone = (pid: number) => vi.waitFor(() => expect(isRunning(pid)).toBe(false), { interval: 10 });

function startFamily(children: Children): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>();
  children.start(process.execPath, ['-e', FAMILY], { ...options, onLine: (line) => resolve(Number(line)) });
  return promise;
}

test('stopAll ends a command and what it started, and no command can be started any more', async () => {
  const children = new Children();
  const grandchild = await startFamily(children);
  expect(isRunning(grandchild)).toBe(true);
  await children.stopAll();
  await gone(grandchild);
  expect(() => children.start(process.execPath, ['-v'], options)).toThrow('stopping');
});

test('when the owner is killed with SIGKILL, a command and what it started die with it', async () => {
  const owner = spawn(process.execPath, [OWNER, FAMILY], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await once(createInterface({ input: owner.stdout }), 'line');
  const grandchild = Number(line);
  expect(isRunning(grandchild)).toBe(true);
  owner.kill('SIGKILL');
  await gone(grandchild);
});

test('what a command leaves running when it exits is ended', async () => {
  const children = new Children();
  const leave = `const { pid } = require('node:child_process').spawn(process.execPath, ['-e', 'setTimeout(() => {}, 3_600_000)'], { stdio: 'ignore' });
    console.log(pid); process.exit(0);`;
  let pid = 0;
  await children.run(process.execPath, ['-e', leave], {
    ...options,
    onLine: (line) => {
      pid = Number(line);
    },
  });
  await gone(pid);
});

test('a command that fails is told with its exit code and its last line', async () => {
  const run = new Children().run(
    process.execPath,
    ['-e', 'console.error("no luck"); process.exit(3)'],
    options,
  );
  await expect(run).rejects.toThrow(CommandFailed);
  await expect(run).rejects.toThrow(/exited with 3: no luck$/);
});

test('a command that is not there fails', async () => {
  await expect(new Children().run('/no/such/command', [], options)).rejects.toThrow(/127: .*ENOENT/);
});

test('a command gets the environment it is given and nothing else', async () => {
  const lines: string[] = [];
  await new Children().run(process.execPath, ['-p', 'Object.keys(process.env).join()'], {
    env: { ONLY: '1' },
    onLine: (line) => lines.push(line),
  });
  expect(lines).toEqual(['ONLY']);
});
