import { describe, expect, it } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { keyturn } from './command.ts';

const PASSWORD = 'canary-pa55word';

function* endless() {
  for (;;) yield 'x'.repeat(1024);
}

describe('wrong arguments', () => {
  it.each([
    [[], 'no command'],
    [['check'], 'unknown command'],
    [[`smtp://user:${PASSWORD}@host`], 'unknown command'],
    [['validate'], 'not said what'],
    [['rollback'], 'not said what'],
    [['rollback', 'a', 'b'], 'more than one'],
    [['doctor', '--reason'], 'needs a value'],
    [['doctor', 'keyturn/orders', '--api', 'ftp://h/'], 'ApiUrl'],
    [['doctor', 'not a secret', '--api', 'https://h/'], 'Expected a secret id'],
    [['validate', 'a', 'b'], 'more than one'],
    [['validate', 'smtp://u@h', PASSWORD], 'more than one'],
    [['validate', `--password=${PASSWORD}`, 'smtp://u@h'], 'unknown option'],
    [['validate', `-p${PASSWORD}`, 'smtp://u@h'], 'unknown option'],
    [['validate', '--ca'], 'needs a value: --ca a file'],
    [['validate', '--ca', 'x.pem', 'keyturn/orders'], '--ca is for a URL'],
    [['validate', 'https://u@h'], 'smtp[s]://user@host[:port]'],
    [['validate', `smtp://user:${PASSWORD}@host`], 'first line of standard input'],
    [['validate', '--json', `smtp://user:${PASSWORD}@host`], 'first line of standard input'],
    [['validate', 'smtp://u@under_score'], 'Expected a host name as host.'],
    [['validate', 'smtp://u@h:0'], 'Expected a port'],
  ])('%j is refused with 3, on stderr, and no argument is repeated', async (args, message) => {
    const { code, stdout, stderr } = await keyturn(args, { input: 'x\n' });
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    expect(stderr).toMatch(/^keyturn: .*\n$/);
    expect(stderr).toContain(message);
    expect(stderr).not.toContain(PASSWORD);
  });

  it.each(['', '\n', '\nx\n'])('standard input %j holds no password: refused with 3', async (input) => {
    const run = await keyturn(['validate', 'smtp://u@localhost:1'], { input });
    expect(run).toEqual({ code: 3, stdout: '', stderr: 'keyturn: No password was given.\n' });
  });

  it('standard input without end is given up, not read for ever', async () => {
    const run = await keyturn(['validate', 'smtp://u@localhost:1'], { input: endless() });
    expect(run).toMatchObject({
      code: 3,
      stderr: 'keyturn: Expected at most 12288 characters as password.\n',
    });
  });

  it('an empty password typed at a terminal is refused with 3', async () => {
    const run = await keyturn(['validate', 'smtp://u@localhost:1'], { input: '\r', columns: 80 });
    expect(run).toMatchObject({
      code: 3,
      stdout: '',
      stderr: expect.stringContaining('No password was given.'),
    });
  });
});

describe('a slip of the finger', () => {
  it.each([
    [['rolback', 'x'], 'keyturn: unknown command. Did you mean rollback?\n'],
    [['doctor', '--resaon=x', 'x'], 'keyturn: unknown option. Did you mean --reason?\n'],
  ])('%j is told what was meant', async (args, stderr) => {
    expect(await keyturn(args)).toEqual({ code: 3, stdout: '', stderr });
  });

  it.each([
    [[`${PASSWORD}\n(Did you mean ${PASSWORD}?)`]],
    [['doctor', `--fixx=\n(Did you mean ${PASSWORD}?)`]],
    [['rollbac', `\n(Did you mean ${PASSWORD}?)`]],
  ])('%j is not repeated by that', async (args) => {
    const { stderr } = await keyturn(args);
    expect(stderr).not.toContain(PASSWORD);
  });
});

it('--version prints the version of the package', async () => {
  expect(await keyturn(['--version'])).toEqual({ code: 0, stdout: `${manifest.version}\n`, stderr: '' });
});

describe('--help', () => {
  it('names the exit codes and how to give the password, in 80 columns', async () => {
    const { code, stdout, stderr } = await keyturn(['validate', '--help']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/0 {2}good.*1 {2}bad.*2 {2}unknown.*3 {2}usage/s);
    expect(stdout).toContain('first line of standard input');
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  it('lists the commands', async () => {
    expect(await keyturn(['--help'])).toMatchObject({ code: 0, stdout: expect.stringContaining('validate') });
  });
});
