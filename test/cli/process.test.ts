import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type SmtpServerOptions, startSmtpServer } from '../support/smtp-servers.ts';
import { type Run, startKeyturn, temporaryFile } from './command.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const USER = 'orders@example.com';
const PASSWORD = 'correct horse / battery ? staple';

async function server(options: Partial<SmtpServerOptions> = {}) {
  const running = await startSmtpServer({ security: 'tls', users: { [USER]: PASSWORD }, ...options });
  onTestFinished(() => running.close());
  const ca = temporaryFile(running.ca);
  return { ...running, ca, url: `smtps://${USER}@localhost:${running.port}` };
}

/** A clone with these files and no others. */
function cloneWith(files: readonly string[]): string {
  const clone = mkdtempSync(join(tmpdir(), 'keyturn-'));
  onTestFinished(() => rmSync(clone, { recursive: true }));
  for (const file of files) {
    mkdirSync(dirname(join(clone, file)), { recursive: true });
    cpSync(join(ROOT, file), join(clone, file));
  }
  return clone;
}

function runScript(path: string): Promise<Run> {
  return new Promise((resolve) => {
    execFile(process.execPath, [path, 'validate', 'x'], (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr }),
    );
  });
}

describe('the exit code of the process', () => {
  it('is 1 for a password from a pipe that the server refuses, and the picture has no colour', async () => {
    const { ca, url } = await server();
    const run = await startKeyturn(['validate', '--ca', ca, url], { input: 'wrong\n' }).ended;
    expect(run).toMatchObject({ code: 1, stdout: expect.stringContaining('✘ bad: rejected'), stderr: '' });
    expect(run.stdout).not.toContain('\u001b');
  });

  it.each(['SIGINT', 'SIGTERM'] as const)(
    'is that of the signal, never that of a verdict: %s in the middle of AUTH',
    async (signal) => {
      const asked = Promise.withResolvers<void>();
      const onAuth = () => {
        asked.resolve();
        return new Promise<undefined>(() => {});
      };
      const { ca, url } = await server({ onAuth });
      const { child, ended } = startKeyturn(['validate', '--ca', ca, url], { input: 'x\n' });
      await asked.promise;
      child.kill(signal);
      expect(await ended).toMatchObject({ code: 128 + constants.signals[signal], stdout: '' });
    },
  );

  it('is 3, never that of a verdict, when dependencies cannot be installed', async () => {
    const clone = cloneWith(['cli/keyturn.mjs', 'scripts/run.mjs', 'scripts/lifeline.mjs', 'package.json']);
    writeFileSync(join(clone, 'package-lock.json'), 'broken');
    const { code, stdout, stderr } = await runScript(join(clone, 'cli/keyturn.mjs'));
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    expect(stderr).toContain('Installing dependencies');
  });

  it('is 2 after a crash, which proves nothing of the credential', async () => {
    const clone = cloneWith(['cli/main.ts', 'package.json']);
    const { code, stdout, stderr } = await runScript(join(clone, 'cli/main.ts'));
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('keyturn: Cannot find module');
  });
});

it('a pipe that stays open does not hold the command up: one line of it is enough', async () => {
  const { ca, url } = await server();
  const { child, ended } = startKeyturn(['validate', '--ca', ca, url], { input: null });
  child.stdin.write(`${PASSWORD}\n`);
  expect(await ended).toMatchObject({ code: 0 });
});

it('the file of --ca is found from the folder in which the command is given', async () => {
  const { ca, url } = await server();
  const run = startKeyturn(['validate', '--ca', basename(ca), url], {
    input: `${PASSWORD}\n`,
    cwd: dirname(ca),
  });
  expect(await run.ended).toMatchObject({ code: 0 });
});
