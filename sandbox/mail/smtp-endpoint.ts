import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { SMTPServer } from 'smtp-server';
import type { Security } from '../../functions/net/endpoint.ts';
import type { Leaf } from '../certificates.ts';

/** A message that the endpoint took; `username` is who was logged in. */
export interface Delivery {
  readonly username: string;
  readonly from: string;
  readonly to: readonly string[];
  readonly raw: string;
}

export interface SmtpEndpointOptions {
  /** `none` offers neither TLS nor STARTTLS, but AUTH all the same. */
  readonly security: Security | 'none';
  readonly leaf: Leaf;
  /** The greeting's and EHLO's own name, without the host. */
  readonly name: string;
  /** The text of the 535 that refuses a login. */
  readonly refusal: string;
  /** Enhanced status codes in replies (RFC 2034); Amazon SES sends none to AUTH. */
  readonly enhancedCodes: boolean;
  accepts(username: string, password: string): Promise<boolean>;
}

export interface SmtpEndpoint {
  readonly port: number;
  readonly deliveries: readonly Delivery[];
  close(): Promise<void>;
}

/** A real SMTP submission server on a free port of 127.0.0.1 that takes mail only after a login. */
export async function openSmtpEndpoint(options: SmtpEndpointOptions): Promise<SmtpEndpoint> {
  const deliveries: Delivery[] = [];
  const server = new SMTPServer({
    ...transport(options),
    ...options.leaf,
    name: options.name,
    authMethods: ['PLAIN', 'LOGIN'],
    hideENHANCEDSTATUSCODES: !options.enhancedCodes,
    disableReverseLookup: true,
    closeTimeout: 1,
    onAuth: ({ username, password }, _session, callback) => {
      options.accepts(username ?? '', password ?? '').then((accepted) => {
        if (accepted) return callback(null, { user: username });
        callback(Object.assign(new Error(options.refusal), { responseCode: 535 }));
      }, callback);
    },
    onData: (stream, { user, envelope: { mailFrom, rcptTo } }, callback) => {
      text(stream).then((raw) => {
        const to = rcptTo.map(({ address }) => address);
        deliveries.push({ username: user ?? '', from: mailFrom ? mailFrom.address : '', to, raw });
        callback();
      }, callback);
    },
  });
  // A client that refuses the certificate shows up here as an error; the sandbox has such clients on purpose.
  server.on('error', () => {});
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  const { port } = server.server.address() as AddressInfo;
  return { port, deliveries, close: () => new Promise((resolve) => server.close(() => resolve())) };
}

function transport({ security }: SmtpEndpointOptions) {
  if (security === 'none') return { secure: false, disabledCommands: ['STARTTLS'], allowInsecureAuth: true };
  return { secure: security === 'tls' };
}
