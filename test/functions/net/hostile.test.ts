import { execFile } from 'node:child_process';
import net from 'node:net';
import { join } from 'node:path';
import tls from 'node:tls';
import { promisify } from 'node:util';
import { afterEach, expect, it } from 'vitest';
import { createAuthority } from '../../../infra/sandbox/certificates.ts';
import { listen } from '../../support/smtp-servers.ts';
import type { HostileServer, Told } from './callers.ts';
import { ANSWERS, HANGING, type HostileAnswer } from './hostile-answers.ts';

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
async function ask(servers: readonly HostileServer[]): Promise<Told> {
  const { stdout } = await run(process.execPath, [CALLERS], {
    env: { ...process.env, HOSTILE_SERVERS: JSON.stringify(servers) },
    maxBuffer: 2 ** 26,
  });
  return JSON.parse(stdout);
}

it('no answer of any server ends the process, whoever asked, or fills its memory', async () => {
  const servers = await hostile(ANSWERS, false);
  const { outcomes, grownMiB } = await ask(servers);
  const callers = new Set(outcomes.map(([caller]) => caller));
  expect(outcomes).toHaveLength(callers.size * ANSWERS.size);
  // A result of 64 MiB is held once while it grows; none of it is the 300 MiB that came.
  expect(grownMiB).toBeLessThan(300);
  console.log(`${callers.size} callers x ${ANSWERS.size} answers, +${grownMiB} MiB`);
}, 300_000);

it('a server that goes on for ever is left at the deadline, whoever asked', async () => {
  const servers = await hostile(HANGING, true);
  const { outcomes, grownMiB } = await ask(servers);
  expect(outcomes.filter(([, , outcome]) => outcome === 'resolved')).toEqual([]);
  expect(grownMiB).toBeLessThan(100);
  const callers = new Set(outcomes.map(([caller]) => caller));
  console.log(`${callers.size} callers x ${HANGING.size} answers, +${grownMiB} MiB`);
}, 60_000);
