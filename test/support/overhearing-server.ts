import tls from 'node:tls';
import type { Leaf } from '../../infra/sandbox/certificates.ts';
import { listen } from './smtp-servers.ts';

/** A server of an attacker: it takes every login, in SMTP, and keeps every byte that anybody says to it. */
export interface OverhearingServer {
  readonly port: number;
  /** All that was heard, also as it reads once its words are decoded from base64. */
  heard(): string;
  close(): Promise<void>;
}

export async function startOverhearing(leaf: Leaf, address: string, port = 0): Promise<OverhearingServer> {
  const said: Buffer[] = [];
  const sockets = new Set<tls.TLSSocket>();
  const server = tls.createServer(leaf, (socket) => {
    sockets.add(socket.on('error', () => {}));
    socket.write('220 mail\r\n');
    socket.on('data', (data) => {
      said.push(data);
      for (const line of data.toString().split('\r\n').filter(Boolean)) socket.write(answerTo(line));
    });
  });
  const bound = await listen(server, address, port);
  return {
    port: bound,
    heard: () => {
      const text = Buffer.concat(said).toString();
      const words = text.split(/\s+/).map((word) => Buffer.from(word, 'base64').toString());
      return [text, ...words].join('\n');
    },
    close: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((closed) => void server.close(() => closed()));
    },
  };
}

function answerTo(line: string): string {
  if (/^EHLO/i.test(line)) return '250-mail\r\n250 AUTH PLAIN LOGIN XOAUTH2\r\n';
  if (/^AUTH LOGIN/i.test(line)) return '334 VXNlcm5hbWU6\r\n';
  return /^QUIT/i.test(line) ? '221 bye\r\n' : '235 2.7.0 welcome\r\n';
}
