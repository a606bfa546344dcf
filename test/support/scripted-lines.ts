import { on } from 'node:events';
import type net from 'node:net';
import { TLSSocket } from 'node:tls';
import type { Recorder } from './wire-log.ts';

/** What a client says, line by line. */
export interface Lines {
  /** Rejects when the client is gone. */
  next(): Promise<string>;
  /** Leaves the rest to TLS. */
  stop(): void;
}

/** Records every byte at once, whether or not a line is ever asked for. */
export function listenForLines(socket: net.Socket, record: Recorder): Lines {
  const inClear = !(socket instanceof TLSSocket);
  const onData = (chunk: Buffer) => record('client', chunk.toString('latin1'), inClear);
  const chunks = on(socket.on('data', onData), 'data', { close: ['end', 'close'] });
  let pending = '';
  return {
    async next(): Promise<string> {
      while (!pending.includes('\n')) {
        const { value, done } = await chunks.next();
        if (done) throw new Error('the client hung up');
        pending += value[0].toString('latin1');
      }
      const stop = pending.indexOf('\n');
      const line = pending.slice(0, stop).trimEnd();
      pending = pending.slice(stop + 1);
      return line;
    },
    stop(): void {
      socket.off('data', onData);
      chunks.return?.();
    },
  };
}
