// Plain JavaScript, run by whatever Node the machine has: brings the pinned Node 24 and the other
// dependencies, then hands over to it. Quick when there is nothing to install.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const NEEDED_NODE = 20;
const ROOT = fileURLToPath(new URL('..', import.meta.url));
const LIFELINE = fileURLToPath(new URL('lifeline.mjs', import.meta.url));
const STAMP = 'node_modules/.keyturn-lock';
/** Holds the process id of whoever is installing: two at once would delete each other's files. */
const INSTALLING = '.keyturn/installing';
const NODE = fileURLToPath(new URL('../node_modules/.bin/node', import.meta.url));
const POLL_MS = 500;
/** Exit code when the command was never run: neither of those by which cli/ says that a credential is good or bad. */
const NOT_RUN = 3;

let stopped = false;
let stopRunning = () => {};

/** Resolves to the exit code. `stop` is told how to end it: by the signal, or by closing its lifeline. */
function run(command, args, options, stop) {
  return new Promise((resolve) => {
    const child = spawn(command, args, options);
    stopRunning = (signal) => stop(child, signal);
    child.once('error', (error) => {
      console.error(`cannot run ${command}: ${error.message}`);
      resolve(NOT_RUN);
    });
    child.once('exit', (code, signal) => resolve(code ?? 128 + constants.signals[signal]));
  });
}

function lockHash() {
  return createHash('sha256').update(readFileSync('package-lock.json')).digest('hex');
}

function isInstalled() {
  return existsSync(NODE) && existsSync(STAMP) && readFileSync(STAMP, 'utf8') === lockHash();
}

async function install() {
  while (!isInstalled() && !stopped) {
    if (claimInstall()) return npmCi().finally(() => rmSync(INSTALLING, { force: true }));
    await sleep(POLL_MS);
  }
  return !stopped;
}

function claimInstall() {
  mkdirSync('.keyturn', { recursive: true });
  try {
    writeFileSync(INSTALLING, String(process.pid), { flag: 'wx' });
    return true;
  } catch {
    if (!isSomeoneInstalling()) rmSync(INSTALLING, { force: true });
    return false;
  }
}

function isSomeoneInstalling() {
  try {
    return process.kill(Number(readFileSync(INSTALLING, 'utf8')), 0);
  } catch {
    return false;
  }
}

async function npmCi() {
  console.error('Installing dependencies (once) ...');
  const command = [LIFELINE, 'npm', 'ci', '--no-progress', '--loglevel=error'];
  const options = { stdio: ['pipe', 2, 2], detached: true };
  const code = await run(process.execPath, command, options, (child) => child.stdin.destroy());
  if (code !== 0) return false;
  writeFileSync(STAMP, lockHash());
  return true;
}

function watchForEnd() {
  const stop = (signal) => {
    stopped = true;
    stopRunning(signal);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => stop(signal));
  // npm's shell may die of a signal without passing it on.
  const parent = process.ppid;
  setInterval(() => process.ppid !== parent && stop('SIGHUP'), POLL_MS).unref();
}

async function main() {
  const calledFrom = process.cwd();
  process.chdir(ROOT);
  const major = Number(process.versions.node.split('.')[0]);
  if (major < NEEDED_NODE) {
    console.error(`Keyturn needs Node.js ${NEEDED_NODE} or newer, this is ${process.versions.node}.`);
    return NOT_RUN;
  }
  watchForEnd();
  if (!(await install())) return NOT_RUN;
  const command = process.argv.slice(2);
  if (command.length === 0) return 0;
  const options = { stdio: 'inherit', cwd: calledFrom };
  return run(NODE, command, options, (child, signal) => child.kill(signal));
}

process.exitCode = await main();
