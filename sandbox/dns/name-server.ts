import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseZone, type Zone, ZoneAnswers } from './zone.ts';

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

/** The DNS of the sandbox: what it says of the sender domains comes from the zones here, never from the Internet. */
export async function openSenderDomains(): Promise<NameServer> {
  const zones = (await readdir(import.meta.dirname)).filter((file) => file.endsWith('.zone'));
  const texts = await Promise.all(zones.map((file) => readFile(join(import.meta.dirname, file), 'utf8')));
  return openNameServer(texts.map(parseZone));
}
