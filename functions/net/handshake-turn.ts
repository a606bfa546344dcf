import type { TLSSocket } from 'node:tls';

/**
 * Puts off what is written to the socket, and its destruction, from the turn in which its handshake is done to the next.
 * In that turn OpenSSL still reads; whoever frees its session then ends the process by a segmentation fault
 * (nodejs/node#65035). A server could bring that about by a reset right after STARTTLS: nodemailer writes at once, the
 * write fails, nodemailer closes. Node destroys a socket in that turn, too, when it refuses the certificate: until that is
 * done nothing more is read from it, or what came along with the handshake would pass for an answer, and nothing is sent.
 */
export function sitOutHandshakeTurn(socket: TLSSocket): TLSSocket {
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
