import net from 'node:net';
import tls, { type TLSSocket } from 'node:tls';
import { guardTls } from './guarded-tls.ts';

/** RFC 8305 section 5: the other address family gets its chance after a quarter of a second. */
const OTHER_FAMILY_AFTER_MS = 250;
/** What an address of one family may take (ms) before the next is tried: a SYN is sent again after one second. */
const NEXT_ADDRESS_AFTER_MS = 2000;
/** No route for one family, or a try cut short for the next address: another address's answer says more. */
const SAYS_LITTLE = /^(ENETUNREACH|EHOSTUNREACH|EADDRNOTAVAIL|EAFNOSUPPORT|ETIMEDOUT)$/;

/** Connects to the first of these IP addresses that answers; no name is looked up. Rejects with Node's own error. */
export async function connectTcp(
  addresses: readonly string[],
  port: number,
  signal: AbortSignal,
): Promise<net.Socket> {
  const found = addresses.map((address) => ({ address, family: net.isIP(address) }));
  const bothFamilies = new Set(found.map(({ family }) => family)).size > 1;
  const socket = net.connect({
    host: 'resolved.invalid',
    port,
    noDelay: true,
    autoSelectFamily: true,
    autoSelectFamilyAttemptTimeout: bothFamilies ? OTHER_FAMILY_AFTER_MS : NEXT_ADDRESS_AFTER_MS,
    lookup: (_host, _options, done) => done(null, found),
  });
  // Not Node's own option: with it every close, the good ones too, makes an error for nobody.
  const abort = () => socket.destroy(signal.reason);
  if (signal.aborted) abort();
  signal.addEventListener('abort', abort, { once: true });
  return ready(socket, 'connect').catch((error: unknown) => {
    throw mostTelling(error);
  });
}

/** TLS on a connected socket; verified or not is up to `options`. Rejects with Node's own error. */
export function connectTls(socket: net.Socket, options: tls.ConnectionOptions): Promise<TLSSocket> {
  return secured(beginTls(socket, options));
}

/** As `connectTls`, but before its handshake, which `secured` waits for. */
export function beginTls(socket: net.Socket, options: tls.ConnectionOptions): TLSSocket {
  return guardTls(tls.connect({ ...options, socket }));
}

export function secured(socket: TLSSocket): Promise<TLSSocket> {
  return ready(socket, 'secureConnect');
}

function ready<S extends net.Socket>(socket: S, event: 'connect' | 'secureConnect'): Promise<S> {
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

/** With several addresses Node throws an AggregateError of all attempts. */
function mostTelling(error: unknown): unknown {
  if (!(error instanceof AggregateError)) return error;
  const errors: readonly { readonly code?: unknown }[] = error.errors;
  return errors.find(({ code }) => !SAYS_LITTLE.test(String(code))) ?? errors[0] ?? error;
}
