import net from 'node:net';
import tls from 'node:tls';
import type { Security } from '../../../../functions/net/endpoint.ts';
import { certificates, listen, type RunningServer } from '../../../support/smtp-servers.ts';

const GREETING = '220 localhost ESMTP\r\n';
const REPLIES: Readonly<Record<string, string>> = {
  EHLO: '250-localhost\r\n250-STARTTLS\r\n250 AUTH PLAIN LOGIN\r\n',
  STARTTLS: '220 2.0.0 Ready to start TLS\r\n',
  NOOP: '250 2.0.0 Ok\r\n',
  AUTH: '530 5.7.0 Must issue a STARTTLS command first\r\n',
  MAIL: '530 5.7.0 Must issue a STARTTLS command first\r\n',
  '*': '501 5.7.0 Cancelled\r\n',
  RSET: '250 2.0.0 Ok\r\n',
  QUIT: '221 2.0.0 Bye\r\n',
};

export interface ResponderOptions {
  readonly security?: Security;
  readonly greeting?: string;
  /** Replies by verb, in place of the sound ones. */
  readonly replies?: Readonly<Record<string, string>>;
  /** Certificate, protocol versions and ciphers in place of the sound ones. */
  readonly tls?: tls.TlsOptions;
  /** Answers under TLS what came along with STARTTLS in clear (CVE-2011-0411). */
  readonly keepsInjected?: boolean;
  /** The answer to STARTTLS when more came along with it. */
  readonly outOfTurn?: string;
}

export interface Responder extends RunningServer {
  /** What each connection said, one list a connection. */
  readonly dialogues: readonly (readonly string[])[];
}

/** An SMTP server whose every reply and TLS setting can be chosen, on a free port of 127.0.0.1. */
export async function startResponder(options: ResponderOptions = {}): Promise<Responder> {
  const { security = 'starttls', greeting = GREETING } = options;
  const { ca, leaf } = await certificates();
  const settings = { ...leaf, ...options.tls };
  const replies = { ...REPLIES, ...options.replies };
  const dialogues: string[][] = [];
  const sockets = new Set<net.Socket>();
  const onConnection = (socket: net.Socket) => {
    const dialogue: string[] = [];
    dialogues.push(dialogue);
    socket.write(greeting);
    const answer = (line: string) => {
      dialogue.push(line);
      return replies[line.split(' ')[0]?.toUpperCase() ?? ''] ?? '502 5.5.2 Not here\r\n';
    };
    converse(socket, answer, { ...options, tls: settings });
  };
  const server =
    security === 'tls' ? tls.createServer(settings, onConnection) : net.createServer(onConnection);
  server.on('connection', (socket: net.Socket) => {
    sockets.add(socket.on('error', () => {}));
  });
  server.on('tlsClientError', () => {});
  const port = await listen(server);
  return { host: 'localhost', port, security, ca, dialogues, close: () => closeAll(server, sockets) };
}

function converse(
  socket: net.Socket,
  answer: (line: string) => string,
  options: ResponderOptions,
  before = '',
): void {
  let pending = before;
  const secure = () => {
    socket.off('data', onData);
    const secureContext = tls.createSecureContext(options.tls);
    const secured = new tls.TLSSocket(socket, { isServer: true, secureContext }).on('error', () => {});
    converse(secured, answer, options, options.keepsInjected ? pending : '');
  };
  const onData = (chunk: Buffer) => {
    pending += chunk.toString('latin1');
    for (let end = pending.indexOf('\n'); end !== -1; end = pending.indexOf('\n')) {
      const line = pending.slice(0, end).trimEnd();
      pending = pending.slice(end + 1);
      const isStarttls = line.toUpperCase() === 'STARTTLS';
      const reply = isStarttls && pending ? (options.outOfTurn ?? answer(line)) : answer(line);
      say(socket, line, reply);
      if (isStarttls && reply.startsWith('220')) return secure();
    }
  };
  socket.on('data', onData).on('error', () => {});
  if (pending) onData(Buffer.alloc(0));
}

/** RFC 5321 section 4.1.1.10: the server hangs up after its reply to QUIT. */
function say(socket: net.Socket, line: string, reply: string): void {
  if (line.toUpperCase() === 'QUIT') socket.end(reply);
  else socket.write(reply);
}

function closeAll(server: net.Server, sockets: ReadonlySet<net.Socket>): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    for (const socket of sockets) socket.destroy();
  });
}
