import type { TLSSocket } from 'node:tls';

/**
 * Puts off what is written to the socket, and its destruction, from the turn in which its handshake is done to the next.
 * In that turn OpenSSL still reads; whoever frees its session then ends the process by a segmentation fault
 * (nodejs/node#65035). A server could bring that about by a reset right after STARTTLS: nodemailer writes at once, the
 * write fails, nodemailer closes.
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
      socket.uncork();
      if (postponed) destroy(postponed.error);
    });
  });
  socket.destroy = (error) => {
    if (!isReading) return destroy(error);
    postponed ??= { error };
    return socket;
  };
  return socket;
}
