import { once } from 'node:events';
import net from 'node:net';

/** Where a connection is to break; asked before each piece of data is passed on. */
export interface Cut {
  /** What the server says next is lost, and the connection with it. */
  readonly beforeAnswer?: () => Promise<boolean>;
  /** What the client says next is lost, and the connection with it. */
  readonly beforeRequest?: () => Promise<boolean>;
}

export interface CuttingRelay {
  readonly port: number;
  cut: Cut;
  close(): Promise<void>;
}

/** Passes TCP on to a server of this computer, piece by piece in order, until the connection is cut. */
export async function startCuttingRelay(target: number): Promise<CuttingRelay> {
  const sockets = new Set<net.Socket>();
  const server = net.createServer((client) => {
    const upstream = net.connect(target, '127.0.0.1');
    const end = () => [client, upstream].forEach((socket) => void socket.destroy());
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', end).on('close', end);
    }
    pass(client, upstream, () => relay.cut.beforeRequest?.() ?? Promise.resolve(false), end);
    pass(upstream, client, () => relay.cut.beforeAnswer?.() ?? Promise.resolve(false), end);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const relay: CuttingRelay = {
    port: (server.address() as net.AddressInfo).port,
    cut: {},
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await once(server.close(), 'close');
    },
  };
  return relay;
}

async function pass(
  from: net.Socket,
  to: net.Socket,
  isCut: () => Promise<boolean>,
  end: () => void,
): Promise<void> {
  try {
    for await (const piece of from) {
      if (await isCut()) return end();
      to.write(piece);
    }
  } catch {
    // The other direction has ended both.
  }
}
