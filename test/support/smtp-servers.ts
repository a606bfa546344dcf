import { once } from 'node:events';
import type net from 'node:net';
import { text } from 'node:stream/consumers';
import { SMTPServer, type SMTPServerAuthentication } from 'smtp-server';
import type { Security } from '../../functions/net/endpoint.ts';
import { createAuthority, type Leaf } from '../../sandbox/certificates.ts';

const LOOPBACK = '127.0.0.1';
const REFUSED: Answer = { code: 535, text: '5.7.8 Authentication credentials invalid' };
const ACCEPTED: Answer = { code: 235, text: '2.7.0 Authentication successful' };

/** A reply to AUTH; 235 logs the client in. `text` carries the enhanced code, as in `4.7.0 Try later`. */
export interface Answer {
  readonly code: number;
  readonly text: string;
}

export interface Login {
  readonly method: string;
  readonly username: string;
  /** Or the access token of XOAUTH2. Absent for CRAM-MD5, which never sends it. */
  readonly password?: string;
  /** Whether it came under TLS. */
  readonly secure: boolean;
  /** The same for all logins of one connection. */
  readonly connection: string;
  readonly answer: Answer;
}

export interface Message {
  readonly username: string;
  readonly from: string;
  readonly to: readonly string[];
  readonly raw: string;
}

export interface SmtpServerOptions {
  readonly security: Security;
  /** Name to password; read anew at every login, so a test may change it while the server runs. */
  readonly users: Readonly<Record<string, string>>;
  /** Presented instead of a good certificate for `localhost` from the server's own `ca`. */
  readonly leaf?: Leaf;
  readonly authMethods?: readonly ('PLAIN' | 'LOGIN' | 'CRAM-MD5' | 'XOAUTH2')[];
  /** STARTTLS taken away by someone on the path: it is not offered, AUTH is offered in the clear. */
  readonly hideStartTls?: boolean;
  /** Decides instead of `users`, unless it returns undefined. */
  readonly onAuth?: (login: Omit<Login, 'answer'>) => Answer | undefined | Promise<Answer | undefined>;
}

export interface RunningServer {
  readonly host: 'localhost';
  readonly port: number;
  readonly security: Security;
  /** PEM certificate to trust. */
  readonly ca: string;
  close(): Promise<void>;
}

export interface SmtpTestServer extends RunningServer {
  readonly logins: readonly Login[];
  readonly messages: readonly Message[];
}

/** A real SMTP server on a free port of 127.0.0.1, which wants a login before MAIL. */
export async function startSmtpServer(options: SmtpServerOptions): Promise<SmtpTestServer> {
  const { security, authMethods = ['PLAIN', 'LOGIN'], hideStartTls = false } = options;
  const { ca, leaf } = await certificates(options.leaf);
  const logins: Login[] = [];
  const messages: Message[] = [];
  const server = new SMTPServer({
    ...leaf,
    secure: security === 'tls',
    authMethods: [...authMethods],
    disabledCommands: hideStartTls ? ['STARTTLS'] : [],
    allowInsecureAuth: hideStartTls,
    disableReverseLookup: true,
    closeTimeout: 1,
    onAuth: (auth, session, callback) => {
      const attempt = { ...presented(auth), secure: session.secure, connection: session.id };
      answerFor(options, auth, attempt).then((answer) => {
        logins.push({ ...attempt, answer });
        if (answer.code === 235) callback(null, { user: attempt.username });
        else callback(Object.assign(new Error(answer.text), { responseCode: answer.code }));
      }, callback);
    },
    onData: (stream, { user, envelope: { mailFrom, rcptTo } }, callback) => {
      text(stream).then((raw) => {
        const from = mailFrom ? mailFrom.address : '';
        messages.push({ username: user, from, to: rcptTo.map(({ address }) => address), raw });
        callback();
      }, callback);
    },
  });
  greetAtOnce(server);
  // A client that breaks off or refuses the certificate is an `error` here, and none of the test's business.
  server.on('error', () => {});
  const port = await listen(server.server);
  return { host: 'localhost', port, security, ca, logins, messages, close: () => closeSmtp(server) };
}

type Connections = SMTPServer['connections'];
type Connection = Connections extends Set<infer One> ? One : never;

/** For clients that talk too early `smtp-server` waits 100 ms before each greeting, and most of a login would be that wait. */
export function greetAtOnce(server: SMTPServer): void {
  server.connections = new (class extends Set<Connection> {
    override add(connection: Connection): this {
      connection.init = () => connection._setListeners(() => connection.connectionReady());
      return super.add(connection);
    }
  })();
}

function presented(auth: SMTPServerAuthentication): Pick<Login, 'method' | 'username' | 'password'> {
  const { method, username = '', password = auth.accessToken } = auth;
  return { method, username, ...(typeof password === 'string' && { password }) };
}

async function answerFor(
  { users, onAuth }: SmtpServerOptions,
  auth: SMTPServerAuthentication,
  attempt: Omit<Login, 'answer'>,
): Promise<Answer> {
  const chosen = await onAuth?.(attempt);
  if (chosen !== undefined) return chosen;
  const expected = Object.hasOwn(users, attempt.username) ? users[attempt.username] : undefined;
  if (expected === undefined) return REFUSED;
  const matches =
    auth.method === 'CRAM-MD5' ? auth.validatePassword(expected) : attempt.password === expected;
  return matches ? ACCEPTED : REFUSED;
}

function closeSmtp(server: SMTPServer): Promise<void> {
  return new Promise((resolve) => server.close(resolve));
}

/** A good certificate for `localhost`, unless one is given, and the authority to trust. */
export async function certificates(given?: Leaf): Promise<{ ca: string; leaf: Leaf }> {
  const authority = await createAuthority();
  return { ca: authority.cert, leaf: given ?? (await authority.issue({ names: ['localhost'] })) };
}

export async function listen(server: net.Server, address = LOOPBACK, port = 0): Promise<number> {
  server.listen(port, address);
  await once(server, 'listening');
  const bound = server.address();
  if (bound === null || typeof bound === 'string') throw new Error(`not a TCP address: ${bound}`);
  return bound.port;
}
