import net from 'node:net';
import tls, { type TLSSocket } from 'node:tls';
import { isIssuerNamed } from './certificate.ts';

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

/** For every TLS socket of ours, before its handshake is done: what a server does in it can then not end the process. */
export function guardTls(socket: TLSSocket): TLSSocket {
  return sitOutHandshakeTurn(hintAtIssuer(readSafely(socket)));
}

/**
 * Node 24.21 ends the process by a segmentation fault when `getPeerCertificate` meets an EC key whose curve has no NIST
 * name (brainpool, secp256k1), anywhere in a chain; and calls it itself for each chain that it trusts, to hand the answer
 * to `checkServerIdentity`. Here that gets an `X509Certificate`, of which it wants `raw`. It is read once: a second
 * `getPeerX509Certificate` finds the next certificate of the chain, or none.
 */
function readSafely(socket: TLSSocket): TLSSocket {
  const read = socket.getPeerX509Certificate.bind(socket);
  let certificate: ReturnType<typeof read>;
  const once = () => {
    certificate ??= read();
    return certificate;
  };
  return Object.assign(socket, { getPeerX509Certificate: once, getPeerCertificate: () => once() ?? {} });
}

/**
 * Puts off what is written to the socket, and its destruction, from the turn in which its handshake is done to the next.
 * In that turn OpenSSL still reads; whoever frees its session then ends the process by a segmentation fault
 * (nodejs/node#65035). A server could bring that about by a reset right after STARTTLS: nodemailer writes at once, the
 * write fails, nodemailer closes. Node destroys a socket in that turn, too, when it refuses the certificate: until that is
 * done nothing more is read from it, or what came along with the handshake would pass for an answer, and nothing is sent.
 */
function sitOutHandshakeTurn(socket: TLSSocket): TLSSocket {
  const destroy = socket.destroy.bind(socket);
  let isReading = false;
  let postponed: { readonly error?: Error | undefined } | undefined;
  socket.prependOnceListener('secure', () => {
    isReading = true;
    socket.cork();
    setImmediate(() => {
      isReading = false;
      if (postponed) destroy(postponed.error);
      else socket.uncork();
    });
  });
  socket.destroy = (error) => {
    if (!isReading) return destroy(error);
    postponed ??= { error };
    socket.push = () => false;
    return socket;
  };
  return socket;
}

/**
 * Lets a certificate error tell (`issuerNamed`) whether the server's own certificate says where its issuer's certificate
 * is to be had. If it does and the server sent nothing else, the server forgot its intermediate certificates; if not, its
 * authority is simply unknown here. It is read at the last moment, when Node destroys the socket and the certificate with
 * it: in every handshake it would be one of the dearest parts of a login.
 */
function hintAtIssuer(socket: TLSSocket): TLSSocket {
  const destroy = socket.destroy.bind(socket);
  socket.destroy = (error) => {
    // Node sets this first.
    const certificate = error && socket.authorizationError ? socket.getPeerX509Certificate() : undefined;
    if (error && certificate) Object.assign(error, { issuerNamed: isIssuerNamed(certificate) });
    return destroy(error);
  };
  return socket;
}
