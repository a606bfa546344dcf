import { execFileSync, spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { expect, it, onTestFinished } from 'vitest';
import { startSmtpServer } from '../support/smtp-servers.ts';
import { BINARY, cleanEnvironment, type Run, temporaryFile } from './command.ts';

const TERMINAL = fileURLToPath(new URL('terminal.py', import.meta.url));
const USER = 'orders@example.com';
/** In no command line of another test: it is looked for in those of all processes. */
const PASSWORD = 'typed-at-a-terminal-6f1c9e';
const PROMPT = `Password of ${USER} at localhost`;

/** What a person types once the terminal shows `after`. */
interface Typed {
  readonly after: string;
  readonly keys: string;
}

async function onTerminal(args: readonly string[], typed: readonly Typed[], env = {}): Promise<Run> {
  const command = [TERMINAL, process.execPath, BINARY, ...args];
  const child = spawn('python3', command, {
    env: cleanEnvironment({ TERM: 'xterm-256color', TERMINAL_COLUMNS: '80', ...env }),
  });
  const closed = new Promise<number | null>((resolve) => child.once('close', resolve));
  child.stdin.end(typed.map(({ after, keys }) => `${JSON.stringify([after, keys])}\n`).join(''));
  const [code, stdout, stderr] = await Promise.all([closed, text(child.stdout), text(child.stderr)]);
  return { code, stdout, stderr };
}

/** Command line and environment of every process of this computer. */
function processes(): string {
  return execFileSync('ps', ['axeww', '-o', 'command='], { encoding: 'latin1', maxBuffer: 64 * 1024 * 1024 });
}

async function server(onAuth?: () => undefined) {
  const users = { [USER]: PASSWORD };
  const running = await startSmtpServer({ security: 'tls', users, ...(onAuth && { onAuth }) });
  onTestFinished(() => running.close());
  const args = ['validate', '--ca', temporaryFile(running.ca), `smtps://${USER}@localhost:${running.port}`];
  return { args, running };
}

it('asks for the password, shows it neither on the terminal nor in the process list, and draws in colour', async () => {
  let listed = '';
  const { args, running } = await server(() => {
    listed = processes();
    return undefined;
  });
  const run = await onTerminal(args, [{ after: PROMPT, keys: `${PASSWORD}\r` }]);
  expect(run).toMatchObject({ code: 0, stderr: '' });
  expect(running.logins).toMatchObject([{ username: USER, password: PASSWORD }]);
  expect(run.stdout).not.toContain(PASSWORD);
  expect(listed).toContain(BINARY);
  expect(listed).toContain('TERM=xterm-256color');
  expect(listed).not.toContain(PASSWORD);
  expect(run.stdout).toContain('\u001b[32m✔');
  const lines = stripVTControlCharacters(run.stdout).split(/\r?\n/);
  const picture = lines.slice(lines.findIndex((line) => line.startsWith('server  ')));
  expect(Math.max(...picture.map((line) => line.length))).toBeLessThanOrEqual(80);
});

it('NO_COLOR leaves the picture without colour', async () => {
  const { args } = await server();
  const { code, stdout } = await onTerminal(args, [{ after: PROMPT, keys: 'wrong\r' }], { NO_COLOR: '1' });
  expect(code).toBe(1);
  const picture = stdout.slice(stdout.indexOf('server  '));
  expect(picture).toContain('✘ bad: rejected');
  expect(picture).not.toContain('\u001b');
});

it('Ctrl-C at the prompt ends it with 130 and leaves the terminal as it was, cursor included', async () => {
  const { args, running } = await server();
  const { code, stdout } = await onTerminal(args, [{ after: PROMPT, keys: 'half\u0003' }]);
  expect(code).toBe(130);
  expect(stdout).not.toContain('half');
  expect(stdout.lastIndexOf('\u001b[?25h')).toBeGreaterThan(stdout.lastIndexOf('\u001b[?25l'));
  expect(running.logins).toEqual([]);
});
