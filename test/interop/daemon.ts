import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import net from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const LOOPBACK = '127.0.0.1';
const POLL_MS = 50;
const LIMIT_MS = 20_000;

type Command = readonly [program: string, ...args: string[]];

export interface DaemonOptions {
  /** Must keep the server in the foreground, so that it ends with its own process and is waited for. */
  readonly start: Command;
  readonly stop: Command;
  readonly ports: readonly number[];
  readonly logFile: string;
}

export interface Daemon {
  /** Resolves when the process has ended and nothing listens on its ports any more. */
  stop(): Promise<void>;
}

/** Starts a server and waits until all of its ports accept connections; what it wrote is in the error if they never do. */
export async function startDaemon({ start, stop, ports, logFile }: DaemonOptions): Promise<Daemon> {
  const [program, ...args] = start;
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'], detached: true });
  const stopNow = () => endAtOnce(stop, child);
  process.prependOnceListener('exit', stopNow);
  const exited = once(child, 'exit');
  const complaints = text(child.stderr);
  try {
    const ended = exited.then(([code]) => Promise.reject(new Error(`it ended with ${code}`)));
    const ready = until(async () => !(await Promise.all(ports.map(isListening))).includes(false));
    await Promise.race([ready, ended]);
  } catch (error) {
    stopNow();
    const log = await readFile(logFile, 'utf8').catch(() => '');
    throw new Error(`${program} did not start: ${error}\n${await complaints}${log}`);
  }
  return {
    stop: async () => {
      await run(stop);
      await exited;
      await until(async () => !(await Promise.all(ports.map(isListening))).includes(true));
      process.off('exit', stopNow);
    },
  };
}

/** `stop` knows nothing of a server that its start script has yet to start, so that script goes first. */
function endAtOnce([program, ...args]: Command, child: ChildProcess): void {
  if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGKILL');
  spawnSync(program, args);
}

async function run([program, ...args]: Command): Promise<void> {
  await promisify(execFile)(program, args);
}

/** Another program's port gives no event to wait for, so this asks again and again. */
async function until(condition: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + LIMIT_MS;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`its ports did not change in ${LIMIT_MS} ms`);
    await sleep(POLL_MS);
  }
}

async function isListening(port: number): Promise<boolean> {
  const socket = net.connect(port, LOOPBACK);
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

/** Ports that are free now; held all at once, so that they differ. */
export async function freePorts<const N extends readonly string[]>(
  ...names: N
): Promise<Record<N[number], number>> {
  const servers = names.map(() => net.createServer().listen(0, LOOPBACK));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server, index) => [names[index], (server.address() as net.AddressInfo).port]);
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return Object.fromEntries(ports);
}
