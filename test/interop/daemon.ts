import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import net from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const LOOPBACK = '127.0.0.1';
const POLL_MS = 50;
const LIMIT_MS = 30_000;

type Command = readonly [program: string, ...args: string[]];

export interface DaemonOptions {
  /** Must keep the server in the foreground, so that it ends with its own process and is waited for. */
  readonly start: Command;
  /** Default: SIGTERM to it and its children. */
  readonly stop?: Command;
  /** Default: 127.0.0.1. */
  readonly address?: string | undefined;
  readonly ports: readonly number[];
  readonly logFile: string;
  /** On top of this process's own. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface Daemon {
  /** Resolves when the process has ended and nothing listens on its ports any more. */
  stop(): Promise<void>;
}

/** How to end each running server at once, should this process end first. */
const running = new Set<() => void>();
process.once('exit', () => {
  for (const stopNow of running) stopNow();
});

/** Starts a server and waits until all of its ports accept connections; what it wrote is in the error if they never do. */
export async function startDaemon(options: DaemonOptions): Promise<Daemon> {
  const { start, stop, logFile } = options;
  const [program, ...args] = start;
  const env = { ...process.env, ...options.env };
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'], detached: true, env });
  const stopNow = () => endAtOnce(child, stop);
  running.add(stopNow);
  const exited = once(child, 'exit');
  const complaints = text(child.stderr);
  try {
    const ended = exited.then(([code]) => Promise.reject(new Error(`it ended with ${code}`)));
    await Promise.race([until(listening(options, true)), ended]);
  } catch (error) {
    stopNow();
    running.delete(stopNow);
    const log = await readFile(logFile, 'utf8').catch(() => '');
    throw new Error(`${program} did not start: ${error}\n${await complaints}${log}`);
  }
  return {
    stop: async () => {
      if (stop) await run(stop);
      else signal(child, 'SIGTERM');
      await exited;
      // A part that still waits for something would keep its port, or our pipe to it, open.
      signal(child, 'SIGKILL');
      await until(listening(options, false));
      running.delete(stopNow);
    },
  };
}

/** `stop` knows nothing of a server that its start script has yet to start, so that script goes first. */
function endAtOnce(child: ChildProcess, stop?: Command): void {
  signal(child, 'SIGKILL');
  if (stop) spawnSync(stop[0], stop.slice(1));
}

/** To the process and all that it started; some of that may live on without it. */
function signal({ pid }: ChildProcess, name: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
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

/** Whether all ports are as wanted; asks no further than the first that is not. */
function listening({ address = LOOPBACK, ports }: DaemonOptions, wanted: boolean): () => Promise<boolean> {
  const waiting = [...ports];
  return async () => {
    for (let port = waiting[0]; port !== undefined; port = waiting[0]) {
      if ((await isListening(port, address)) !== wanted) return false;
      waiting.shift();
    }
    return true;
  };
}

async function isListening(port: number, address: string): Promise<boolean> {
  const socket = net.connect(port, address);
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

/** So many ports that are free now; held all at once, so that they differ. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(Array.from({ length: count }, holdPort));
  const ports = servers.map((server) => (server.address() as net.AddressInfo).port);
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports;
}

/** Below the ports that connections start from, any of which may be taken before a server takes it. */
async function holdPort(): Promise<net.Server> {
  for (;;) {
    const server = net.createServer().listen(randomInt(10_000, 32_768), LOOPBACK);
    try {
      await once(server, 'listening');
      return server;
    } catch {
      // Somebody else's: try the next one.
    }
  }
}
