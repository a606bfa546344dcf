import type net from 'node:net';
import { text } from 'node:stream/consumers';
import { SMTPServer } from 'smtp-server';
import { onTestFinished } from 'vitest';
import { createAuthority } from '../../sandbox/certificates.ts';
import { greetAtOnce, listen } from '../support/smtp-servers.ts';

/** Reads each message to its end and breaks the connection off instead of the reply: nobody knows whether it was taken. */
export async function startBreakingServer() {
  const authority = await createAuthority();
  const sockets = new Set<net.Socket>();
  const taken: string[] = [];
  const server = new SMTPServer({
    ...(await authority.issue({ names: ['127.0.0.1'] })),
    secure: true,
    disableReverseLookup: true,
    closeTimeout: 1,
    onAuth: (_auth, _session, callback) => callback(null, { user: 'anyone' }),
    onData: (stream) => {
      text(stream).then((raw) => {
        taken.push(raw);
        for (const socket of sockets) socket.destroy();
      });
    },
  });
  greetAtOnce(server);
  server.on('error', () => {});
  server.server.on('connection', (socket) => sockets.add(socket));
  const port = await listen(server.server);
  onTestFinished(() => new Promise((resolve) => server.close(resolve)));
  return { port, ca: authority.cert, taken };
}
