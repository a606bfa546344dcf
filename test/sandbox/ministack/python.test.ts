import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ensurePythonEnvironment } from '../../../sandbox/ministack/python.ts';
import { Children, type CommandFailed } from '../../../sandbox/processes.ts';

let folder: string;
let bin: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'keyturn-python-'));
  bin = join(folder, 'bin');
  mkdirSync(bin);
  vi.stubEnv('PATH', `${bin}:${dirname(process.execPath)}:/usr/bin:/bin`);
});

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

/** Stands in for python3: tells `version`, and makes environments whose own python notes each installation. */
function installPython(version: string): void {
  const venv = `mkdir -p "$3/bin"; printf '#!/bin/sh\\necho installed $* >> ${folder}/log\\n' > "$3/bin/python"; chmod +x "$3/bin/python"`;
  script('python3', `case "$1" in -c) echo "${version}" ;; -m) ${venv} ;; esac`);
}

function script(name: string, body: string): void {
  writeFileSync(join(bin, name), `#!/bin/sh\n${body}\n`);
  chmodSync(join(bin, name), 0o755);
}

const keep = () => join(folder, 'keep');
const ensure = () => ensurePythonEnvironment(keep(), new Children());
const installations = () => readFileSync(join(folder, 'log'), 'utf8').trim().split('\n').length;

test('installs once; afterwards there is nothing to do', async () => {
  installPython('3 10');
  const first = await ensure();
  expect(first.installed).toBe('now');
  expect(existsSync(first.python)).toBe(true);
  rmSync(join(bin, 'python3'));
  expect(await ensure()).toEqual({ python: first.python, installed: 'before' });
  expect(installations()).toBe(1);
});

test('what is installed is what the hashes say, wherever it comes from', async () => {
  installPython('3 12');
  await ensure();
  const log = readFileSync(join(folder, 'log'), 'utf8');
  const [, requirements = ''] = /--require-hashes -r (\S+)$/m.exec(log) ?? [];
  const pinned = readFileSync(requirements, 'utf8')
    .replace(/^#.*$/gm, '')
    .replaceAll('\\\n', ' ')
    .split('\n')
    .filter((line) => line.trim() !== '');
  expect(pinned.length).toBeGreaterThan(15);
  for (const line of pinned) {
    // A wheel and the source at least; no option that could name another place.
    expect(line).toMatch(
      /^[a-z0-9-]+==[\w.]+ (; python_version < "3\.11" )? *(--hash=sha256:[0-9a-f]{64} *){2,}$/,
    );
  }
});

test('a package that is not the pinned one is not installed', async () => {
  vi.unstubAllEnvs();
  const found = join(folder, 'found');
  mkdirSync(found);
  const requirements = new URL('../../../sandbox/ministack/requirements.txt', import.meta.url);
  const [, name = '', version = ''] = /^([a-z0-9-]+)==(\S+)/m.exec(readFileSync(requirements, 'utf8')) ?? [];
  writeFileSync(
    join(found, `${name.replaceAll('-', '_')}-${version}-py3-none-any.whl`),
    'not what was pinned',
  );
  vi.stubEnv('PIP_NO_INDEX', '1');
  vi.stubEnv('PIP_FIND_LINKS', found);
  const failure = await ensure().then(String, ({ output }: CommandFailed) => output);
  expect(failure).toMatch(/DO NOT MATCH THE HASHES/);
  expect(readdirSync(keep()).filter((entry) => existsSync(join(keep(), entry, 'bin', 'ministack')))).toEqual(
    [],
  );
}, 120_000);

test('two at the same time end with one whole environment and nothing beside it', async () => {
  installPython('3 12');
  const [one, two] = await Promise.all([ensure(), ensure()]);
  expect(one.python).toBe(two.python);
  expect(existsSync(one.python)).toBe(true);
  expect(readdirSync(keep())).toHaveLength(1);
});

test('what a killed installation left behind is removed, not used', async () => {
  installPython('3 12');
  const { python } = await ensure();
  const environment = dirname(dirname(python));
  rmSync(environment, { recursive: true });
  // No process has this id: it is above the highest one that Linux and macOS give out.
  mkdirSync(`${environment}.99999999-a/bin`, { recursive: true });
  await ensure();
  expect(readdirSync(keep())).toHaveLength(1);
});

test('an environment whose interpreter is gone is built again', async () => {
  installPython('3 12');
  const { python } = await ensure();
  rmSync(python);
  expect(await ensure()).toEqual({ python, installed: 'now' });
});

test.each([
  ['too old', () => installPython('3 9'), /found python3: version 3\.9, python: /],
  [
    'without venv',
    () => script('python3', 'echo "ModuleNotFoundError: No module named \'ensurepip\'" >&2; exit 1'),
    /found python3: ModuleNotFoundError: No module named 'ensurepip', /,
  ],
  ['not there', () => vi.stubEnv('PATH', bin), /found python3: not there, python: not there\.$/],
])('one line tells what is needed when Python is %s', async (_case, arrange, found) => {
  script('python', 'echo "no, thanks" >&2; exit 1');
  if (_case === 'not there') rmSync(join(bin, 'python'));
  arrange();
  const message = await ensure().then(String, ({ message }) => message);
  expect(message).toMatch(/^Keyturn runs its local AWS on Python 3\.10 or newer with venv and pip/);
  expect(message).toMatch(found);
  expect(message).not.toContain('\n');
});
