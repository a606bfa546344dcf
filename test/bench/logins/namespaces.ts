import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** In namespaces of their own, so it is nobody else's. */
export const SERVER = '10.77.0.2';
const CLIENT = '10.77.0.1';
/** A checksum left for the hardware to fill in would be wrong when a program forwards the frame; so would a joint one. */
const OFFLOADS = ['tx', 'rx', 'tso', 'gso', 'gro'];

const nameOf = { client: 'client', server: 'server', wire: 'wire' } as const;
type Place = keyof typeof nameOf;

/** Two hosts and the cable between them, as network namespaces (ip-netns(8)) of this computer. */
export class Network {
  readonly #prefix = `keyturn-bench-${process.pid}`;
  #bridge: ChildProcess | undefined;
  readonly #removeAtExit = () => this.#remove();

  /** `roundTripMs` is added to every exchange, the first packet of a connection included. */
  async connect(roundTripMs: number): Promise<void> {
    process.once('exit', this.#removeAtExit);
    for (const place of Object.values(nameOf)) ip('netns', 'add', this.#name(place));
    this.#cable('client', `${CLIENT}/24`, 'left');
    this.#cable('server', `${SERVER}/24`, 'right');
    const script = join(import.meta.dirname, 'delay_bridge.py');
    const args = ['left', 'right', String(roundTripMs / 2000)];
    this.#bridge = this.spawn('wire', 'python3', [script, ...args]);
    const lines = createInterface({ input: this.#bridge.stdout ?? expectPipe() });
    await once(lines, 'line');
  }

  /** Runs a program there; its standard streams are pipes, but for the errors. */
  spawn(place: Place, program: string, args: readonly string[]): ChildProcess {
    const command = ['netns', 'exec', this.#name(place), program, ...args];
    return spawn('ip', command, { stdio: ['pipe', 'pipe', 'inherit'] });
  }

  async disconnect(): Promise<void> {
    if (this.#bridge) {
      const ended = once(this.#bridge, 'exit');
      this.#bridge.kill();
      await ended;
    }
    this.#remove();
    process.off('exit', this.#removeAtExit);
  }

  #name(place: Place): string {
    return `${this.#prefix}-${place}`;
  }

  /** From `end` in the wire's namespace to the only interface of a host. */
  #cable(host: 'client' | 'server', address: string, end: string): void {
    const [there, wire] = [this.#name(host), this.#name('wire')];
    ip('link', 'add', 'net0', 'netns', there, 'type', 'veth', 'peer', 'name', end, 'netns', wire);
    ip('-n', there, 'address', 'add', address, 'dev', 'net0');
    ip('-n', there, 'link', 'set', 'lo', 'up');
    for (const [namespace, device] of [
      [there, 'net0'],
      [wire, end],
    ] as const) {
      const settings = OFFLOADS.flatMap((offload) => [offload, 'off']);
      ip('netns', 'exec', namespace, 'ethtool', '-K', device, ...settings);
      ip('-n', namespace, 'link', 'set', device, 'up');
    }
  }

  #remove(): void {
    this.#bridge?.kill();
    const there = execFileSync('ip', ['netns', 'list'], { encoding: 'utf8' });
    for (const place of Object.values(nameOf)) {
      if (there.includes(this.#name(place))) ip('netns', 'delete', this.#name(place));
    }
  }
}

function ip(...args: readonly string[]): void {
  execFileSync('ip', args, { stdio: ['ignore', 'ignore', 'inherit'] });
}

function expectPipe(): never {
  throw new Error('bug: a child without its standard output');
}
