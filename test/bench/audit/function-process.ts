import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** What one invocation took, in the process that ran it. */
export interface Invocation {
  readonly result: Readonly<Record<string, unknown>>;
  readonly wallMs: number;
  readonly cpuMs: number;
}

/** What a whole process took: memory at its highest, of the process and of what was live in it, and its log. */
export interface Usage {
  readonly peakMiB: number;
  /** Heap and buffers after all garbage is gone, looked at four times a second. */
  readonly liveMiB: number;
  readonly logBytes: number;
}

/** One bundled function in a process of its own, which stays warm from one invocation to the next, as in Lambda. */
export class FunctionProcess {
  readonly #child: ReturnType<typeof fork>;
  readonly #ended: Promise<unknown>;
  #logBytes = 0;
  #lastWords = '';

  constructor(bundle: string, env: NodeJS.ProcessEnv) {
    const script = join(import.meta.dirname, 'invoked.mjs');
    this.#child = fork(script, [bundle], { env, execArgv: ['--expose-gc'], silent: true });
    this.#ended = once(this.#child, 'close');
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        this.#logBytes += chunk.length;
        this.#lastWords = chunk.toString();
      });
    }
  }

  /** Written so far. */
  get logBytes(): number {
    return this.#logBytes;
  }

  async invoke(event: object): Promise<Invocation> {
    const answer = await this.#ask(event);
    if (answer.error) throw new Error(`the function failed: ${answer.error}`);
    return answer;
  }

  async end(): Promise<Usage> {
    const { peakMiB, liveMiB } = await this.#ask('end');
    await this.#ended;
    return { peakMiB, liveMiB, logBytes: this.#logBytes };
  }

  async #ask(message: object | string) {
    const answered = once(this.#child, 'message');
    this.#child.send(message);
    const died = this.#ended.then(() => {
      throw new Error(`the process of the function ended: ${this.#lastWords}`);
    });
    died.catch(() => {});
    const [answer] = await Promise.race([answered, died]);
    return answer;
  }
}
