import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

export interface Target {
  readonly host: string;
  readonly port: number;
  readonly security: 'tls' | 'starttls';
  readonly ca: string;
  readonly username: string;
  readonly password: string;
}

/** All names within are the servers' address, and in their certificate. */
export const DOMAIN = 'mail.test';

/** Logs in once, on a connection of its own; rejects unless the server said 235 over verified TLS. */
export type Login = (target: Target) => Promise<void>;

export interface Work {
  readonly target: Target;
  readonly logins: number;
  readonly concurrency: number;
  /**
   * `first`: a client that remembers nothing for each login. `warm`: one for all of them. `stranger`: one for all of them
   * too, and each time it meets the server under a name that it has not heard before.
   */
  readonly contact: 'first' | 'stranger' | 'warm';
}

export interface Done {
  /** How long each login took. */
  readonly ms: readonly number[];
  readonly cpuMs: number;
  /** The most this process ever had resident, in MiB. */
  readonly residentMiB: number;
}

/** Takes one `Work` a line and prints what came of it as one `Done` a line, until its input ends. */
export async function serve(create: () => Login): Promise<void> {
  const warm = create();
  let strangers = 0;
  const logins: Readonly<Record<Work['contact'], Login>> = {
    first: (target) => create()(target),
    stranger: (target) => warm({ ...target, host: `${++strangers}.${DOMAIN}` }),
    warm,
  };
  for await (const line of createInterface({ input: process.stdin })) {
    const work = JSON.parse(line) as Work;
    console.log(JSON.stringify(await done(work, logins[work.contact])));
  }
}

async function done({ target, logins, concurrency }: Work, logIn: Login): Promise<Done> {
  const ms: number[] = [];
  let left = logins;
  const worker = async () => {
    for (; left > 0; ) {
      left -= 1;
      const start = performance.now();
      await logIn(target);
      ms.push(performance.now() - start);
    }
  };
  const before = process.cpuUsage();
  await Promise.all(Array.from({ length: concurrency }, worker));
  const { user, system } = process.cpuUsage(before);
  return { ms, cpuMs: (user + system) / 1000, residentMiB: mostResidentMiB() };
}

/** Not `maxRSS`: in that a child begins with the size of the process that it was forked from. */
function mostResidentMiB(): number {
  const [, kib] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
  return Number(kib) / 1024;
}
