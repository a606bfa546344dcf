import { execFile } from 'node:child_process';
import net from 'node:net';
import { join } from 'node:path';
import tls from 'node:tls';
import { promisify } from 'node:util';
import { afterEach, expect, it } from 'vitest';
import { createAuthority } from '../../../sandbox/certificates.ts';
import { shareOf } from '../../support/share.ts';
import { listen } from '../../support/smtp-servers.ts';
import type { HostileServer, Told } from './callers.ts';
import { ANSWERS, BOMBS, ERRORS, HANGING, type HostileAnswer } from './hostile-answers.ts';

const CALLERS = join(import.meta.dirname, 'callers.ts');
const run = promisify(execFile);

const open: net.Server[] = [];
const sockets = new Set<net.Socket>();
afterEach(() => {
  for (const server of open.splice(0)) server.close();
  for (const socket of sockets) socket.destroy();
});

/** Answers once a request's headers are there, and again for each connection. */
function answering(answer: HostileAnswer): (socket: net.Socket) => void {
  return (socket) => {
    sockets.add(socket);
    socket.on('error', () => {}).once('close', () => sockets.delete(socket));
    socket.once('data', () => {
      socket.resume();
      answer(socket);
    });
  };
}

async function hostile(
  answers: ReadonlyMap<string, HostileAnswer>,
  hangs: boolean,
): Promise<HostileServer[]> {
  const authority = await createAuthority();
  const leaf = await authority.issue({ names: ['mta-sts.a.example'] });
  return Promise.all(
    [...answers].map(async ([answer, how]) => {
      const plain = net.createServer(answering(how));
      const secure = tls.createServer(leaf, answering(how));
      open.push(plain, secure);
      return { answer, http: await listen(plain), https: await listen(secure), ca: authority.cert, hangs };
    }),
  );
}

/** In a process of its own: it rejects when that ends by anything but its last line. */
async function ask(
  servers: readonly HostileServer[],
  atOnce: number,
  execArgv: readonly string[] = [],
): Promise<Told> {
  const { stdout } = await run(process.execPath, [...execArgv, CALLERS], {
    env: { ...process.env, HOSTILE_SERVERS: JSON.stringify(servers), HOSTILE_AT_ONCE: String(atOnce) },
    maxBuffer: 2 ** 26,
  });
  return JSON.parse(stdout);
}

const callersIn = ({ outcomes }: Told) => new Set(outcomes.map(([caller]) => caller)).size;

it('no answer of any server ends the process, whoever asked', async () => {
  // Of the errors, which differ by status and size alone, `npm test` takes some.
  const answers = new Map([...shareOf(ERRORS, 8), ...ANSWERS]);
  const told = await ask(await hostile(answers, false), 200);
  expect(callersIn(told)).toBeGreaterThan(15);
  expect(told.outcomes).toHaveLength(callersIn(told) * answers.size);
}, 240_000);

it('what is huge once it is decompressed takes no more memory than a caller allows', async () => {
  const told = await ask(await hostile(BOMBS, false), 1);
  expect(told.outcomes).toHaveLength(callersIn(told) * BOMBS.size);
  // The most that anybody allows is 64 MiB, of an object in S3; what is thrown away stays for a while.
  expect(told.grownMiB).toBeLessThan(200);
}, 240_000);

it('a server that goes on for ever is left at the deadline, whoever asked', async () => {
  // The process would not survive it if all that goes on were kept.
  const told = await ask(await hostile(HANGING, true), 10, ['--max-old-space-size=64']);
  // All that a webhook's receiver has to say is its status.
  const waiting = told.outcomes.filter(([caller]) => caller !== 'webhook');
  expect(waiting.filter(([, , outcome]) => outcome === 'resolved')).toEqual([]);
}, 60_000);
