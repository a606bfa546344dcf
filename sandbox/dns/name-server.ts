import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import type { Zone } from './zone.ts';
import { ZoneAnswers } from './zone-answers.ts';

export interface NameServer {
  /** `address:port`. */
  readonly address: string;
  close(): Promise<void>;
}

/** A name server on a free UDP port of 127.0.0.1 that knows these zones and nothing else. */
export async function openNameServer(zones: readonly Zone[]): Promise<NameServer> {
  const answers = new ZoneAnswers(zones);
  const socket = createSocket('udp4', (query, from) => {
    const response = answers.plain(query);
    if (response) socket.send(response, from.port, from.address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return {
    address: `127.0.0.1:${socket.address().port}`,
    close: () => new Promise((resolve) => socket.close(() => resolve())),
  };
}
