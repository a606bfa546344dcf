import { once } from 'node:events';
import net from 'node:net';
import tls from 'node:tls';
import { type Login, serve, type Target } from './client.ts';

let context: tls.SecureContext | undefined;

/** The least that a login can be: each line the protocol asks for and not one more; nothing is checked but the codes. */
function raw(): Login {
  return async (target) => {
    const { host, port, security, username, password } = target;
    const plain = net.connect({ host, port, noDelay: true });
    await once(plain, 'connect');
    let conversation = new Conversation(security === 'tls' ? await secured(plain, target) : plain);
    await conversation.expect('220');
    if (security === 'starttls') {
      await conversation.say('EHLO [10.77.0.1]', '250');
      await conversation.say('STARTTLS', '220');
      conversation = new Conversation(await secured(plain, target));
    }
    await conversation.say('EHLO [10.77.0.1]', '250');
    const response = Buffer.from(`\0${username}\0${password}`).toString('base64');
    await conversation.say(`AUTH PLAIN ${response}`, '235');
    conversation.quit();
  };
}

async function secured(socket: net.Socket, { ca }: Target): Promise<tls.TLSSocket> {
  context ??= tls.createSecureContext({ ca, minVersion: 'TLSv1.2' });
  socket.removeAllListeners('data');
  const secure = tls.connect({ socket, secureContext: context, host: '10.77.0.2' });
  await once(secure, 'secureConnect');
  return secure;
}

class Conversation {
  readonly #socket: net.Socket;
  #received = '';
  #wake: () => void = () => {};

  constructor(socket: net.Socket) {
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => {
      this.#received += chunk.toString('latin1');
      this.#wake();
    });
  }

  async say(line: string, code: string): Promise<void> {
    this.#socket.write(`${line}\r\n`);
    await this.expect(code);
  }

  /** One whole reply: its last line has a space after the code (RFC 5321 section 4.2.1). */
  async expect(code: string): Promise<void> {
    while (!/^\d{3} .*\r\n$/m.test(this.#received)) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    if (!this.#received.startsWith(code)) throw new Error(`expected ${code}, got ${this.#received}`);
    this.#received = '';
  }

  quit(): void {
    this.#socket.on('error', () => {});
    this.#socket.end('QUIT\r\n');
  }
}

void serve(raw);
