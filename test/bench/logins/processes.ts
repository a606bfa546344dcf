import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { buildSync } from 'esbuild';
import type { Done, Work } from './client.ts';
import type { Network } from './namespaces.ts';
import type { Targets } from './servers.ts';

export type ClientName = 'keyturn' | 'nodemailer' | 'raw';

/** A process in a namespace that answers each line with a line, and ends with its input. */
class Peer {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  constructor(child: ChildProcess) {
    this.#child = child;
    if (!child.stdout) throw new Error('bug: a child without its standard output');
    this.#lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  }

  async answer<T>(question?: object): Promise<T> {
    if (question) this.#child.stdin?.write(`${JSON.stringify(question)}\n`);
    const { value, done } = await this.#lines.next();
    if (done) throw new Error(`${this.#child.spawnargs.join(' ')} ended without an answer`);
    return JSON.parse(value);
  }

  async end(): Promise<void> {
    const ended = once(this.#child, 'exit');
    this.#child.stdin?.end();
    await ended;
  }
}

/** Each client as one file, in the way the stack bundles its functions. */
export function bundleClients(outdir: string): void {
  buildSync({
    entryPoints: ['keyturn', 'nodemailer', 'raw'].map((name) => join(import.meta.dirname, `${name}.ts`)),
    outdir,
    outExtension: { '.js': '.cjs' },
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node24',
    mainFields: ['module', 'main'],
    minify: true,
  });
}

export class Client {
  readonly #peer: Peer;

  constructor(network: Network, bundles: string, name: ClientName) {
    this.#peer = new Peer(network.spawn('client', process.execPath, [join(bundles, `${name}.cjs`)]));
  }

  do(work: Work): Promise<Done> {
    return this.#peer.answer(work);
  }

  end(): Promise<void> {
    return this.#peer.end();
  }
}

export interface Servers {
  readonly targets: Targets;
  stop(): Promise<void>;
}

/** Real servers in the server's namespace; `folder` must be readable by all users. */
export async function startServers(network: Network, folder: string): Promise<Servers> {
  const script = join(import.meta.dirname, 'servers.ts');
  const peer = new Peer(network.spawn('server', process.execPath, [script, folder]));
  return { targets: await peer.answer<Targets>(), stop: () => peer.end() };
}
