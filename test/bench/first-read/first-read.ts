import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { functionEnvironment } from '../../support/lambda/environment.ts';
import type { Bundle } from '../bundles.ts';
import { timed } from '../init.ts';
import type { Time } from '../turns.ts';

/** Nothing listens there: a handler that goes on to log in would not hurt anybody. */
const SECRET = JSON.stringify({ host: 'localhost', port: 465, username: 'ada', password: 'p'.repeat(40) });

/** Requires the bundle, calls its handler, and ends when that parses the secret it asked for: it has its first value. */
const CALLER = `
  const [, file, secret] = process.argv;
  const parse = JSON.parse;
  JSON.parse = (text, reviver) => {
    if (text !== secret) return parse(text, reviver);
    const now = performance.timeOrigin + performance.now();
    const { user, system } = process.cpuUsage();
    console.log(JSON.stringify({ now, cpuMs: (user + system) / 1000 }));
    process.exit();
  };
  const context = { awsRequestId: 'bench', getRemainingTimeInMillis: () => 10000 };
  require(file).handler({ secretId: 'bench' }, context).then(() => {
    throw new Error('the handler ended without its secret');
  });
`;

/** Secrets Manager for `firstRead`, and the way to end it. */
export interface SecretsManagerStub {
  readonly url: string;
  stop(): Promise<void>;
}

export async function startSecretsManager(): Promise<SecretsManagerStub> {
  const script = join(import.meta.dirname, 'secrets-manager.ts');
  const child = spawn(process.execPath, [script, SECRET], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [port] = await once(createInterface({ input: child.stdout }), 'line');
  return { url: `http://127.0.0.1:${port}`, stop: () => stop(child) };
}

async function stop(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit');
  child.kill();
  await ended;
}

/** From starting Node to the first secret value in the handler's hands, whatever calls the handler makes before. */
export function firstRead({ file }: Bundle, { url }: SecretsManagerStub): Promise<Time> {
  const args = ['--input-type=commonjs', '--eval', CALLER, file, SECRET];
  return timed(args, { ...functionEnvironment(), AWS_ENDPOINT_URL: url });
}
