import net from 'node:net';
import type { Security } from '../../functions/net/endpoint.ts';
import type { Leaf } from '../../sandbox/certificates.ts';
import { play, type Script, type Step } from './scripted-dialogue.ts';
import type { Handshake } from './scripted-tls.ts';
import { certificates, listen, type RunningServer } from './smtp-servers.ts';
import { WireLog } from './wire-log.ts';

export type { Script, Step } from './scripted-dialogue.ts';

/** The step of a server that speaks TLS from the first byte; `startScriptedServer` puts it first for `tls`. */
export const implicitTls = (handshake: Handshake = {}): Step => ({ send: '', upgrade: handshake });

export interface ScriptedServer extends RunningServer {
  readonly log: WireLog;
  /** Everything that clients said over all connections, after decryption. */
  received(): string;
  /** The part of it that came outside TLS. */
  receivedInClear(): string;
}

interface Options {
  readonly security?: Security;
  readonly leaf?: Leaf;
  /** The authority to trust, where `leaf` is not from the usual one. */
  readonly ca?: string;
  readonly handshake?: Handshake;
}

/**
 * Plays `script` from its start to every connection, for the answers that no sound SMTP server gives.
 * A function is asked anew for the script of each connection.
 */
export async function startScriptedServer(
  script: Script | (() => Script),
  options: Options = {},
): Promise<ScriptedServer> {
  const { security = 'starttls', handshake } = options;
  const { ca, leaf } = await certificates(options.leaf);
  const log = new WireLog();
  const sockets = new Set<net.Socket>();
  const server = net.createServer({ allowHalfOpen: true, noDelay: true }, (tcp) => {
    sockets.add(tcp.on('error', () => {}).once('close', () => sockets.delete(tcp)));
    const steps = typeof script === 'function' ? script() : script;
    const all = security === 'tls' ? [implicitTls(handshake), ...steps] : steps;
    play(all, { tcp, leaf, record: log.connect() }).catch(() => setImmediate(() => tcp.destroy()));
  });
  const port = await listen(server);
  return {
    host: 'localhost',
    port,
    security,
    ca: options.ca ?? ca,
    log,
    received: () => log.received(),
    receivedInClear: () => log.received({ inClear: true }),
    close: () => closeAll(server, sockets),
  };
}

function closeAll(server: net.Server, sockets: ReadonlySet<net.Socket>): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    for (const socket of sockets) socket.destroy();
  });
}
