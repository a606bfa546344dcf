import { createHash, randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Children, CommandFailed } from '../processes.ts';

const REQUIREMENTS = fileURLToPath(new URL('requirements.txt', import.meta.url));
const MINIMUM = [3, 10];
const PROBE = 'import sys, venv, ensurepip; print(*sys.version_info[:2])';
const NEEDED =
  'Keyturn runs its local AWS on Python 3.10 or newer with venv and pip (Debian: apt install python3-venv)';

export interface PythonEnvironment {
  /** The interpreter that has the local AWS installed. */
  readonly python: string;
  readonly installed: 'now' | 'before';
}

/**
 * A virtual environment under `folder` with the pinned local AWS. Built aside and then renamed, so that a second
 * sandbox which builds at the same time, or one that was killed half-way, can do no harm.
 */
export async function ensurePythonEnvironment(
  folder: string,
  children: Children,
): Promise<PythonEnvironment> {
  const name = `ministack-${createHash('sha256').update(readFileSync(REQUIREMENTS)).digest('hex').slice(0, 12)}`;
  const target = join(folder, name);
  const python = join(target, 'bin', 'python');
  if (existsSync(python)) return { python, installed: 'before' };
  await mkdir(folder, { recursive: true });
  await removeAbandoned(folder, name);
  const aside = `${target}.${process.pid}-${randomUUID()}`;
  await build(aside, children);
  await moveIntoPlace(aside, target, python);
  return { python, installed: 'now' };
}

async function build(aside: string, children: Children): Promise<void> {
  const base = await findPython(children);
  await children.run(base, ['-m', 'venv', aside], { env: process.env });
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-input'];
  // Wherever the files come from: an index or a folder of this machine's own (PIP_INDEX_URL, PIP_FIND_LINKS) counts too.
  const pinned = ['--require-hashes', '-r', REQUIREMENTS];
  await children.run(join(aside, 'bin', 'python'), [...pip, ...pinned], { env: process.env });
}

async function findPython(children: Children): Promise<string> {
  const found: string[] = [];
  for (const candidate of ['python3', 'python']) {
    const version = await probe(candidate, children);
    if (version.kind === 'usable') return candidate;
    found.push(`${candidate}: ${version.why}`);
  }
  throw new Error(`${NEEDED}; found ${found.join(', ')}.`);
}

type Probe = { readonly kind: 'usable' } | { readonly kind: 'unusable'; readonly why: string };

async function probe(candidate: string, children: Children): Promise<Probe> {
  let version = '';
  try {
    await children.run(candidate, ['-c', PROBE], {
      env: process.env,
      onLine: (line) => {
        version = line;
      },
    });
  } catch (error) {
    if (!(error instanceof CommandFailed)) throw error;
    const lastLine = error.output.trim().split('\n').at(-1) ?? '';
    return { kind: 'unusable', why: lastLine.endsWith('ENOENT') ? 'not there' : lastLine };
  }
  const [major = 0, minor = 0] = version.split(' ').map(Number);
  const [wantedMajor = 0, wantedMinor = 0] = MINIMUM;
  const newEnough = major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);
  return newEnough ? { kind: 'usable' } : { kind: 'unusable', why: `version ${major}.${minor}` };
}

async function moveIntoPlace(aside: string, target: string, python: string): Promise<void> {
  try {
    await rename(aside, target);
  } catch (error) {
    // Another sandbox was first, or what lies there lost its interpreter.
    if (existsSync(python)) return rm(aside, { recursive: true, force: true });
    await rm(target, { recursive: true, force: true });
    await rename(aside, target).catch(() => Promise.reject(error));
  }
}

/** `<name>.<process id>-<random>`, from a builder that was killed. */
async function removeAbandoned(folder: string, name: string): Promise<void> {
  for (const entry of readdirSync(folder)) {
    const [, builder] = entry.startsWith(`${name}.`) ? (/\.(\d+)-/.exec(entry) ?? []) : [];
    if (builder && !isAlive(Number(builder))) await rm(join(folder, entry), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
