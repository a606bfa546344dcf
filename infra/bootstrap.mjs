// Plain JavaScript, run by whatever Node the machine has: brings the pinned Node 24 and the other
// dependencies, then hands over to it. Quick when there is nothing to install.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';

const NEEDED_NODE = 20;
const STAMP = 'node_modules/.keyturn-lock';
const NODE = 'node_modules/.bin/node';

let running;

function run(command, args, stdio = 'inherit') {
  return new Promise((resolve) => {
    running = spawn(command, args, { stdio });
    running.once('error', (error) => {
      console.error(`cannot run ${command}: ${error.message}`);
      resolve(1);
    });
    running.once('exit', (code, signal) => resolve(signal ? 1 : code));
  });
}

function lockHash() {
  return createHash('sha256').update(readFileSync('package-lock.json')).digest('hex');
}

function isInstalled() {
  return existsSync(NODE) && existsSync(STAMP) && readFileSync(STAMP, 'utf8') === lockHash();
}

async function install() {
  console.error('Installing dependencies (once) ...');
  const code = await run('npm', ['ci', '--no-progress', '--loglevel=error'], ['ignore', 2, 2]);
  if (code !== 0) return false;
  writeFileSync(STAMP, lockHash());
  return true;
}

async function main() {
  process.chdir(new URL('..', import.meta.url).pathname);
  const major = Number(process.versions.node.split('.')[0]);
  if (major < NEEDED_NODE) {
    console.error(`Keyturn needs Node.js ${NEEDED_NODE} or newer, this is ${process.versions.node}.`);
    return 1;
  }
  let stopped = false;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      stopped = true;
      running?.kill(signal);
    });
  }
  if (!isInstalled() && !(await install())) return 1;
  const command = process.argv.slice(2);
  if (stopped || command.length === 0) return stopped ? 130 : 0;
  return run(NODE, command);
}

process.exitCode = await main();
