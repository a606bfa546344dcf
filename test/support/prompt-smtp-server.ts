import tls from 'node:tls';
import type { Leaf } from '../../sandbox/certificates.ts';
import { listen } from './smtp-servers.ts';

/** Says whether a login is right; `password` is the access token of XOAUTH2. */
export type Accepts = (username: string, password: string) => boolean | Promise<boolean>;

export interface PromptSmtpServer {
  readonly port: number;
  /** All that was heard, also as it reads once its words are decoded from base64. */
  heard(): string;
  close(): Promise<void>;
}

export interface PromptSmtpOptions {
  readonly leaf: Leaf;
  /** @default - every login is right, as an attacker would have it */
  readonly accepts?: Accepts;
  readonly address?: string;
  readonly port?: number;
}

/**
 * As much of SMTP as a login by PLAIN or XOAUTH2 takes, over TLS from the first byte. It greets at once, where `smtp-server`
 * waits 100 ms for clients that talk too early, and it keeps every byte that anybody says.
 */
export async function startPromptSmtp(options: PromptSmtpOptions): Promise<PromptSmtpServer> {
  const { leaf, accepts = () => true, address = '127.0.0.1', port = 0 } = options;
  const said: Buffer[] = [];
  const sockets = new Set<tls.TLSSocket>();
  const server = tls.createServer(leaf, (socket) => {
    sockets.add(socket.on('error', () => {}).setNoDelay());
    socket.write('220 mail\r\n');
    socket.on('data', async (data) => {
      said.push(data);
      for (const line of data.toString().split('\r\n').filter(Boolean)) {
        const answer = await answerTo(line, accepts);
        if (!socket.destroyed) socket.write(answer);
      }
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

async function answerTo(line: string, accepts: Accepts): Promise<string> {
  const [command = '', method = '', initial = ''] = line.split(' ');
  switch (command.toUpperCase()) {
    case 'EHLO':
      return '250-mail\r\n250 AUTH PLAIN XOAUTH2\r\n';
    case 'AUTH':
      return (await accepts(...loginIn(method, initial)))
        ? '235 2.7.0 Authentication successful\r\n'
        : '535 5.7.8 Authentication credentials invalid\r\n';
    case 'QUIT':
      return '221 bye\r\n';
    default:
      return '502 5.5.1 not here\r\n';
  }
}

/** RFC 4616 for PLAIN; `user=...^Aauth=Bearer ...^A^A` for XOAUTH2. */
function loginIn(method: string, initial: string): [username: string, password: string] {
  const text = Buffer.from(initial, 'base64').toString();
  if (method === 'PLAIN') {
    const [, username = '', password = ''] = text.split('\0');
    return [username, password];
  }
  const [user = '', bearer = ''] = text.split('\u0001');
  return [user.replace('user=', ''), bearer.replace('auth=Bearer ', '')];
}
