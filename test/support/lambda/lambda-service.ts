import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { json, text } from 'node:stream/consumers';
import { type BuildOptions, buildSync } from 'esbuild';
import { listen } from '../smtp-servers.ts';
import type { Invocation } from './invoked.ts';

const INVOKED = join(import.meta.dirname, 'invoked.ts');
const FUNCTIONS = join(import.meta.dirname, '../../../functions');
/** As they are deployed, where it matters to Node (infra/constructs/function.ts). */
const BUNDLING: BuildOptions = {
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node24',
  mainFields: ['module', 'main'],
  external: ['mysql2', 'pg'],
  logLevel: 'error',
};
/** A heap that is full soon. */
const EXEC_ARGV = ['--max-old-space-size=160'];

export type Ended =
  | { readonly answer: unknown; readonly error?: undefined }
  | {
      readonly error: { readonly errorType: string; readonly errorMessage: string };
      readonly answer?: undefined;
    };

interface Ran {
  readonly name: string;
  readonly event: object;
  readonly ended: Ended;
}

/**
 * AWS Lambda on 127.0.0.1: a process for each invocation, which it may end, and Invoke (API reference) in front of it.
 * `name` of a function is its file in functions/.
 */
export class LambdaService {
  /** In the order of their ends. */
  readonly invocations: Ran[] = [];
  /** Lines of all processes that are JSON. */
  readonly logged: Record<string, unknown>[] = [];
  /** Statuses that the next invocations get instead of a process. */
  readonly refusals: number[] = [];
  readonly url: string;
  readonly #server: Server;
  readonly #env: NodeJS.ProcessEnv;
  readonly #bundles = mkdtempSync(join(tmpdir(), 'keyturn-functions-'));
  readonly #pending = new Set<Promise<Ended>>();

  private constructor(
    server: Server,
    port: number,
    { functions, env }: { readonly functions: readonly string[]; readonly env: NodeJS.ProcessEnv },
  ) {
    this.#server = server;
    this.url = `http://127.0.0.1:${port}`;
    this.#env = env;
    const entryPoints = functions.map((name) => join(FUNCTIONS, `${name}.ts`));
    buildSync({ ...BUNDLING, entryPoints, outdir: this.#bundles });
  }

  /** `env`: what the functions find in theirs besides the way to this service. */
  static async start(functions: readonly string[], env: NodeJS.ProcessEnv): Promise<LambdaService> {
    const server = createServer();
    const service = new LambdaService(server, await listen(server), { functions, env });
    server.on('request', async (request, response) => {
      const { status, headers, body } = await service.#answer(request);
      response.writeHead(status, headers).end(body);
    });
    return service;
  }

  /** Nothing was invoked yet. */
  reset(): void {
    this.invocations.length = 0;
    this.logged.length = 0;
    this.refusals.length = 0;
  }

  async close(): Promise<void> {
    await this.settled();
    this.#server.closeAllConnections();
    await once(this.#server.close(), 'close');
    rmSync(this.#bundles, { recursive: true, force: true });
  }

  /** When nothing is at work any more, what was started by an event among it. */
  async settled(): Promise<void> {
    while (this.#pending.size > 0) await Promise.all(this.#pending);
  }

  /** As somebody from outside does, and waits for the end. */
  run(name: string, event: object, timeoutMs = 60_000): Promise<Ended> {
    const ended = this.#run(name, event, timeoutMs);
    this.#pending.add(ended);
    return ended.finally(() => this.#pending.delete(ended));
  }

  async #answer(request: IncomingMessage) {
    const name = decodeURIComponent(request.url ?? '')
      .split('/')[3]
      ?.split(':')
      .at(-1);
    const event = (await json(request)) as object;
    const refusal = this.refusals.shift();
    if (refusal !== undefined || !name) return { status: refusal ?? 404, headers: {}, body: '{}' };
    const running = this.run(name, event);
    if (request.headers['x-amz-invocation-type'] === 'Event') return { status: 202, headers: {}, body: '' };
    const { error, answer } = await running;
    if (error)
      return { status: 200, headers: { 'x-amz-function-error': 'Unhandled' }, body: JSON.stringify(error) };
    return { status: 200, headers: {}, body: JSON.stringify(answer ?? null) };
  }

  async #run(name: string, event: object, timeoutMs: number): Promise<Ended> {
    const requestId = `request-${this.invocations.length}`;
    const functionArn = `arn:aws:lambda:us-east-1:123456789012:function:${name}`;
    // As cold as in Lambda, but what is compiled is compiled once.
    const env = { ...this.#env, AWS_ENDPOINT_URL_LAMBDA: this.url, NODE_COMPILE_CACHE: this.#bundles };
    const child = fork(INVOKED, [join(this.#bundles, `${name}.js`)], {
      env,
      execArgv: EXEC_ARGV,
      silent: true,
    });
    const output = Promise.all([child.stdout, child.stderr].map((stream) => text(stream as Readable)));
    let ended: Ended | undefined;
    child.on('message', (message: Ended | 'hangs') => {
      if (message !== 'hangs') ended = message;
      // Its time is over, without a test that waits for it.
      else child.kill('SIGKILL');
    });
    child.send({ event, functionArn, requestId, timeoutMs } satisfies Invocation);
    const [code, signal] = await once(child, 'close');
    for (const line of (await output).join('\n').split('\n'))
      if (line.startsWith('{"')) this.logged.push(JSON.parse(line));
    ended ??= {
      error: signal === 'SIGKILL' ? timedOut(requestId, timeoutMs) : exited(requestId, code, signal),
    };
    this.invocations.push({ name, event, ended });
    return ended;
  }
}

function timedOut(requestId: string, timeoutMs: number) {
  const seconds = (timeoutMs / 1000).toFixed(2);
  const errorMessage = `RequestId: ${requestId} Error: Task timed out after ${seconds} seconds`;
  return { errorType: 'Sandbox.Timedout', errorMessage };
}

function exited(requestId: string, code: number | null, signal: string | null) {
  const how = signal === null ? `exit status ${code}` : `signal: ${signal}`;
  const errorMessage = `RequestId: ${requestId} Error: Runtime exited with error: ${how}`;
  return { errorType: 'Runtime.ExitError', errorMessage };
}
