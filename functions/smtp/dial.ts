import { lookup } from 'node:dns/promises';
import net from 'node:net';
import tls from 'node:tls';
import type { Endpoint } from '../credential/credential.ts';
import type { Stage } from './evidence.ts';

/** TLS 1.2 is the floor (RFC 8996, RFC 9325); nothing is sent to a server that cannot prove its name. */
export function tlsOptions({ host, ca }: Endpoint): tls.ConnectionOptions {
  return {
    host,
    // RFC 6066 section 3: no server name indication for an IP address.
    ...(net.isIP(host) === 0 && { servername: host }),
    ...(ca && { ca }),
    minVersion: 'TLSv1.2',
    rejectUnauthorized: true,
  };
}

/** Called as each stage begins, so that whoever ends the attempt knows which one was under way. */
export type OnStage = (stage: Stage) => void;

/** Opens the connection a login runs on: plain TCP for `starttls`, verified TLS for `tls`. Rejects with Node's own error. */
export async function dial(endpoint: Endpoint, onStage: OnStage, signal: AbortSignal): Promise<net.Socket> {
  onStage('dns');
  const addresses = await abortable(lookup(endpoint.host, { all: true }), signal);
  onStage('connect');
  const socket = await connected(
    net.connect({
      host: endpoint.host,
      port: endpoint.port,
      noDelay: true,
      autoSelectFamily: true,
      lookup: (_host, _options, done) => done(null, addresses),
      signal,
    }),
    'connect',
  );
  if (endpoint.security === 'starttls') return socket;
  onStage('tls');
  return connected(tls.connect({ ...tlsOptions(endpoint), socket }), 'secureConnect');
}

function connected<S extends net.Socket>(socket: S, event: 'connect' | 'secureConnect'): Promise<S> {
  return new Promise((resolve, reject) => {
    const closed = () => fail(Object.assign(new Error('closed before it was ready'), { code: 'ECONNRESET' }));
    const fail = (error: Error) => {
      socket.off('close', closed);
      socket.destroy();
      reject(error);
    };
    socket.once('error', fail);
    socket.once('close', closed);
    socket.once(event, () => {
      socket.off('error', fail);
      socket.off('close', closed);
      resolve(socket);
    });
  });
}

function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
