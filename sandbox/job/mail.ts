import { once } from 'node:events';
import net from 'node:net';
import { createTransport } from 'nodemailer';
import type { Credential } from '../../functions/providers/secret.ts';
import type { SmtpEndpoint } from '../mail/smtp-endpoint.ts';

const RECIPIENT = 'customer@example.net';

export type Sending =
  | { readonly kind: 'accepted' }
  /** `reply` is what the server said to the login. */
  | { readonly kind: 'refused'; readonly code: number; readonly reply: string };

/** Sends one message the way an application does, over verified TLS. Rejects for all but a refused login. */
async function send(credential: Credential, subject: string): Promise<Sending> {
  const { endpoint, username, password, from = username } = credential;
  const { host, port, security, ca } = endpoint;
  // nodemailer itself would ask a DNS server for `localhost`.
  const connection = net.connect(port, host);
  await once(connection, 'connect');
  const transport = createTransport({
    connection,
    secure: security === 'tls',
    requireTLS: security === 'starttls',
    auth: { user: username, pass: password.reveal() },
    tls: { servername: host, ...(ca && { ca }) },
  });
  try {
    await transport.sendMail({ from, to: RECIPIENT, subject, text: 'Sent by the Keyturn sandbox.\n' });
    return { kind: 'accepted' };
  } catch (error) {
    const { code, responseCode = 0, response = '' } = error as SmtpError;
    if (code !== 'EAUTH') throw error;
    return { kind: 'refused', code: responseCode, reply: response };
  } finally {
    transport.close();
  }
}

/** What nodemailer adds to an error. */
interface SmtpError extends Error {
  readonly code?: string;
  readonly responseCode?: number;
  readonly response?: string;
}

/** Sends and makes sure that the server has the message, from this login. */
export async function deliver(credential: Credential, server: SmtpEndpoint, subject: string): Promise<void> {
  const sending = await send(credential, subject);
  if (sending.kind === 'refused') throw new Error(`expected the server to take it, got ${sending.reply}`);
  const arrived = server.deliveries.some(
    ({ username, raw }) => username === credential.username && raw.includes(`Subject: ${subject}`),
  );
  if (!arrived) throw new Error(`the server accepted the message "${subject}" but does not have it`);
}

/** Makes sure that the server refuses this login; resolves to its reply. */
export async function expectRefusal(credential: Credential): Promise<string> {
  const sending = await send(credential, 'must not arrive');
  if (sending.kind === 'accepted') throw new Error('expected 535, but the server took the message');
  if (sending.code !== 535) throw new Error(`expected 535, got ${sending.reply}`);
  return sending.reply;
}
