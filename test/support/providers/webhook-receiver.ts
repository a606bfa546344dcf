import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import net from 'node:net';
import tls from 'node:tls';
import { Webhook } from 'standardwebhooks';
import { certificates, listen } from '../smtp-servers.ts';
import type { ApiAnswer, ApiRequest } from './faulty-http.ts';

/** The receiving side of docs/webhook.md, with a library of the specification that it follows. */
export class WebhookReceiver {
  readonly signingSecret = `whsec_${randomBytes(32).toString('base64')}`;
  readonly passwords = new Map<string, string>();
  readonly seen = new Set<string>();

  handle = ({ method, path, headers, body }: ApiRequest): ApiAnswer => {
    if (method !== 'POST' || path.join('/') !== 'keyturn') return { status: 404 };
    const message = this.#verify(body, headers);
    if (!message) return { status: 401 };
    const { login, password } = message.data;
    if (!this.passwords.has(login)) return { status: 422 };
    this.passwords.set(login, password);
    return { status: 200, body: { set: true } };
  };

  accepts(username: string, password: string): boolean {
    return this.passwords.get(username) === password;
  }

  /** It refuses what is older than five minutes, and what it has seen before. */
  #verify(body: string, headers: ApiRequest['headers']): Message | null {
    try {
      const id = String(headers['webhook-id']);
      if (this.seen.has(id)) return null;
      const message = new Webhook(this.signingSecret).verify(
        body,
        headers as Record<string, string>,
      ) as Message;
      this.seen.add(id);
      return message.type === 'credential.password' ? message : null;
    } catch {
      return null;
    }
  }
}

interface Message {
  readonly type: string;
  readonly data: { readonly login: string; readonly password: string };
}

export interface TlsFront {
  readonly port: number;
  /** PEM certificate to trust. */
  readonly ca: string;
  close(): Promise<void>;
}

/** TLS for `localhost` in front of a server of this computer that has none. */
export async function startTlsFront(target: number): Promise<TlsFront> {
  const { ca, leaf } = await certificates();
  const sockets = new Set<net.Socket>();
  const server = tls.createServer(leaf, (socket) => {
    const behind = net.connect(target, '127.0.0.1');
    const end = () => [socket, behind].forEach((one) => void one.destroy());
    for (const one of [socket, behind]) sockets.add(one.on('error', end).on('close', end));
    socket.pipe(behind).pipe(socket);
  });
  const port = await listen(server);
  const close = async () => {
    for (const socket of sockets) socket.destroy();
    await once(server.close(), 'close');
  };
  return { port, ca, close };
}
