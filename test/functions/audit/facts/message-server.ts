import type net from 'node:net';
import tls from 'node:tls';
import { certificates, listen, type RunningServer } from '../../../support/smtp-servers.ts';

const REPLIES: Readonly<Record<string, string>> = {
  EHLO: '250-localhost\r\n250 AUTH PLAIN\r\n',
  AUTH: '235 2.7.0 Welcome\r\n',
  DATA: '354 Go on\r\n',
  QUIT: '221 Bye\r\n',
};

/** Takes any login and any message, which ends where `end` says, and then answers with `answer`. */
export async function startMessageServer(end: RegExp, answer: string): Promise<RunningServer> {
  const { ca, leaf } = await certificates();
  const sockets = new Set<net.Socket>();
  const server = tls.createServer(leaf, (socket) => {
    sockets.add(socket.on('error', () => {}));
    socket.write('220 localhost ESMTP\r\n');
    converse(socket, end, answer);
  });
  const port = await listen(server);
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      for (const socket of sockets) socket.destroy();
    });
  return { host: 'localhost', port, security: 'tls', ca, close };
}

function converse(socket: net.Socket, end: RegExp, answer: string): void {
  let message: string | null = null;
  socket.on('data', (chunk: Buffer) => {
    const said = chunk.toString('latin1');
    if (message === null) {
      const verb = said.split(/[ \r]/)[0] ?? '';
      message = verb === 'DATA' ? '' : null;
      socket.write(REPLIES[verb] ?? '250 Ok\r\n');
      return;
    }
    message += said;
    if (!end.test(message)) return;
    message = null;
    socket.write(`${answer}\r\n`);
  });
}
