import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { decode, encode, type Packet, streamDecode, streamEncode } from 'dns-packet';
import type { NameServer } from '../../../sandbox/dns/name-server.ts';

const TRUNCATED = 1 << 9;

/** Answers all with these TXT records, but over TCP only: a packet says that it is truncated (RFC 7766 section 5). */
export async function startLongAnswer(
  texts: readonly (readonly string[])[],
  listensToTcp: boolean,
): Promise<NameServer> {
  const tcp = createServer((connection) => {
    connection.once('data', (query) => {
      connection.end(streamEncode(response(streamDecode(query), texts, 0)));
    });
  });
  tcp.listen(0, '127.0.0.1');
  await once(tcp, 'listening');
  const { port } = tcp.address() as AddressInfo;
  const udp = createSocket('udp4', (query, from) => {
    udp.send(encode(response(decode(query), [], TRUNCATED)), from.port, from.address);
  });
  udp.bind(port, '127.0.0.1');
  await once(udp, 'listening');
  if (!listensToTcp) await new Promise((resolve) => tcp.close(resolve));
  return {
    address: `127.0.0.1:${port}`,
    close: async () => {
      tcp.close();
      await new Promise<void>((resolve) => udp.close(resolve));
    },
  };
}

function response(
  { id = 0, questions = [] }: Packet,
  texts: readonly (readonly string[])[],
  flags: number,
): Packet {
  const [{ name } = { name: '' }] = questions;
  const answers = texts.map((data) => ({ type: 'TXT' as const, name, ttl: 60, data: [...data] }));
  return { type: 'response', id, flags, questions, answers };
}
