import dns from 'node:dns';
import { lookup, Resolver } from 'node:dns/promises';
import { once } from 'node:events';
import net from 'node:net';
import tls from 'node:tls';
import { describe, expect, test } from 'vitest';

// Documentation addresses and names (RFC 5737, RFC 2606): were the guard broken, nobody would be disturbed.
const FAR = '192.0.2.1';
const NAME = 'mail.example.com';

const reaching: Record<string, () => unknown> = {
  'a TCP connection': () => once(net.connect(25, FAR), 'connect'),
  'a TLS connection': () => once(tls.connect({ port: 465, host: FAR }), 'secureConnect'),
  'a connection by name': () => once(net.connect({ port: 25, host: NAME }), 'connect'),
  fetch: () => fetch(`http://${FAR}/`),
  'a look-up': () => lookup(NAME),
  'a DNS query': () => dns.promises.resolve4(NAME),
  "a resolver's query": () => new Resolver().resolveMx(NAME),
};

describe.each(Object.entries(reaching))('%s beyond this computer', (_what, reach) => {
  test.fails('fails its test, though the error is swallowed', async () => {
    await Promise.resolve()
      .then(reach)
      .catch(() => {});
  });
});

test('a connection on this computer goes through', async () => {
  const server = net.createServer((socket) => socket.end()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as net.AddressInfo;
  const socket = net.connect({ port, host: 'localhost' });
  await expect(once(socket, 'connect')).resolves.toEqual([]);
  socket.destroy();
  await once(server.close(), 'close');
});

test('a resolver that is set to ask this computer may ask', async () => {
  const resolver = new Resolver({ timeout: 50, tries: 1 });
  resolver.setServers(['127.0.0.1:1']);
  await expect(resolver.resolve4(NAME)).rejects.toMatchObject({ syscall: 'queryA' });
});
