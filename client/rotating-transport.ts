import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { NodemailerError } from 'nodemailer/lib/errors';
import type { MailMessage, Transport } from 'nodemailer/lib/mailer';
import SMTPPool from 'nodemailer/lib/smtp-pool';
import SMTPTransport, { type SMTPSentMessageInfo } from 'nodemailer/lib/smtp-transport';
import { CachedSecret, type SecretVersion } from './cached-secret.ts';
import { readSecret } from './read-secret.ts';
import { smtpOptions } from './smtp-options.ts';

export interface RotatingTransportOptions {
  /** Name or ARN of a secret in Keyturn's format. */
  readonly secretId: string;
  /** @default - a client with the region and the role of the environment */
  readonly secretsManager?: SecretsManagerClient;
  /** As in nodemailer: connections are kept and used again. Default false. */
  readonly pool?: boolean;
}

type Message = MailMessage<SMTPSentMessageInfo>;
type Smtp = SMTPTransport | SMTPPool;
type Work<T> = (transport: Smtp) => Promise<T>;
type Callback<T> = (error: NodemailerError | null, result?: T) => void;

/** A transport of nodemailer for one version of the secret, and how many messages it is busy with. */
interface Opened {
  readonly version: SecretVersion;
  readonly transport: Smtp;
  users: number;
}

/**
 * A transport for `nodemailer.createTransport()` that logs in with a secret which rotates. When the server refuses the
 * login (535, RFC 4954 section 6) it reads the secret once and, if that holds another version, sends the message again
 * with it. A refused login is before MAIL, so no message is sent twice. Every other error is nodemailer's own.
 */
export function rotatingTransport(options: RotatingTransportOptions): Transport<SMTPSentMessageInfo> {
  const { secretId, secretsManager = new SecretsManagerClient(), pool = false } = options;
  const read = () => readSecret(secretsManager, secretId);
  return new RotatingTransport(new CachedSecret({ read, now: Date.now, random: Math.random }), pool);
}

class RotatingTransport implements Transport<SMTPSentMessageInfo> {
  readonly name = 'SMTP (rotating)';
  readonly version = '1';
  readonly #secret: CachedSecret;
  readonly #pool: boolean;
  readonly #opened = new Map<string, Opened>();

  constructor(secret: CachedSecret, pool: boolean) {
    this.#secret = secret;
    this.#pool = pool;
  }

  send(message: Message, callback: Callback<SMTPSentMessageInfo>): void {
    const work = (transport: Smtp) => sendThrough(transport, message);
    // A login that the message itself brought is none of the secret's.
    const sent = message.data.auth ? this.#once(work) : this.#use(work);
    sent.then((info) => callback(null, info), callback);
  }

  /** Logs in and sends nothing; as in nodemailer with a callback, or to a promise of true. */
  verify(callback?: Callback<true>): Promise<true> | undefined {
    const verified = this.#use((transport) => transport.verify());
    if (!callback) return verified;
    verified.then((done) => callback(null, done), callback);
    return undefined;
  }

  close(): void {
    for (const { transport } of this.#opened.values()) transport.close();
    this.#opened.clear();
  }

  async #once<T>(work: Work<T>): Promise<T> {
    return this.#useWith(await this.#secret.current(), work);
  }

  async #use<T>(work: Work<T>): Promise<T> {
    const version = await this.#secret.current();
    try {
      return await this.#useWith(version, work);
    } catch (error) {
      if (!isRefusedLogin(error)) throw error;
      const replacement = await this.#replacementFor(version, error);
      if (!replacement) throw error;
      return this.#useWith(replacement, work);
    }
  }

  /** When the secret cannot be read the refusal is what the sender has to know; why it was not cured is its cause. */
  #replacementFor(version: SecretVersion, refusal: Error): Promise<SecretVersion | null> {
    return this.#secret.replacementFor(version).catch((cause: unknown) => {
      throw Object.assign(refusal, { cause });
    });
  }

  async #useWith<T>(version: SecretVersion, work: Work<T>): Promise<T> {
    const opened = this.#open(version);
    opened.users += 1;
    try {
      return await work(opened.transport);
    } finally {
      opened.users -= 1;
      this.#closeReplaced();
    }
  }

  #open(version: SecretVersion): Opened {
    const before = this.#opened.get(version.versionId);
    if (before) return before;
    const options = smtpOptions(version.credential);
    const transport = this.#pool ? new SMTPPool(options) : new SMTPTransport(options);
    const opened = { version, transport, users: 0 };
    this.#opened.set(version.versionId, opened);
    return opened;
  }

  /** Not before its last message: closing a pool fails those that still wait in it. */
  #closeReplaced(): void {
    for (const [versionId, { version, transport, users }] of this.#opened) {
      if (users > 0 || this.#secret.isHeld(version)) continue;
      transport.close();
      this.#opened.delete(versionId);
    }
  }
}

function sendThrough(transport: Smtp, message: Message): Promise<SMTPSentMessageInfo> {
  return new Promise((resolve, reject) => {
    transport.send(message, (error, info) => (info ? resolve(info) : reject(error)));
  });
}

/** The server's own 535: 454 is passing, and a login that could not be made has no code. */
function isRefusedLogin(error: unknown): error is Error {
  return (
    error instanceof Error &&
    'code' in error &&
    error.code === 'EAUTH' &&
    'responseCode' in error &&
    error.responseCode === 535
  );
}
