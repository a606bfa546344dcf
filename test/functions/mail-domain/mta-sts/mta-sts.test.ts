import { once } from 'node:events';
import type { RequestListener } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeAll, expect, it } from 'vitest';
import { policyOver } from '../../../../functions/mail-domain/mta-sts/mta-sts.ts';
import type { Resolver } from '../../../../functions/net/dns/address-cache.ts';
import { Network } from '../../../../functions/net/network.ts';
import { type Authority, createAuthority } from '../../../../sandbox/certificates.ts';

const POLICY = 'version: STSv1\nmode: enforce\nmx: mx1.a.example\nmax_age: 604800\n';
const open: Server[] = [];
let authority: Authority;
beforeAll(async () => {
  authority = await createAuthority();
});
afterEach(() => {
  for (const server of open.splice(0)) server.close().closeAllConnections();
});

/** A policy host; `requests` are those that came, as in `GET mta-sts.a.example/path`. */
async function serve(listener: RequestListener, name = 'mta-sts.a.example') {
  const requests: string[] = [];
  const leaf = await authority.issue({ names: [name] });
  const server = createServer(leaf, (request, response) => {
    requests.push(`${request.method} ${request.headers.host}${request.url}`);
    listener(request, response);
  });
  open.push(server.listen(0, '127.0.0.1'));
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, requests };
}

const noName = () => Promise.reject(Object.assign(new Error('no name'), { code: 'ENOTFOUND' }));
const resolverTo = (address: string | null): Resolver => ({
  resolve4: address === null ? noName : async () => [{ address, ttl: 60 }],
  resolve6: noName,
  lookup: noName,
});

function fetchFrom(
  port: number,
  address: string | null = '127.0.0.1',
  networks = ['127.0.0.0/8'],
  limitMs?: number,
) {
  const network = new Network({ ports: [port], networks }, resolverTo(address));
  return policyOver(network, { port, ca: authority.cert }, limitMs)('a.example');
}

it('reads the policy of the well-known place', async () => {
  const { port, requests } = await serve((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/plain' }).end(POLICY);
  });
  expect(await fetchFrom(port)).toEqual({ kind: 'answered', status: 200, type: 'text/plain', body: POLICY });
  expect(requests).toEqual(['GET mta-sts.a.example/.well-known/mta-sts.txt']);
});

it('does not follow a redirect', async () => {
  const { port, requests } = await serve((_request, response) => {
    response.writeHead(301, { location: `https://127.0.0.1:${port}/elsewhere` }).end();
  });
  expect(await fetchFrom(port)).toMatchObject({ kind: 'answered', status: 301 });
  expect(requests).toHaveLength(1);
});

it('reads no more than 64 KiB', async () => {
  const { port } = await serve((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/plain' }).end('x'.repeat(64 * 1024 + 1));
  });
  expect(await fetchFrom(port)).toEqual({
    kind: 'broken',
    detail: 'the policy is longer than 64 KiB',
  });
});

it('waits no longer for a policy that never ends than for one that never comes', async () => {
  const { port, requests } = await serve((_request, response) => response.writeHead(200).write('version:'));
  const late = { kind: 'unreached', reason: 'timeout', code: 'TimeoutError' };
  expect(await fetchFrom(port, '127.0.0.1', ['127.0.0.0/8'], 1000)).toEqual(late);
  expect(requests).toHaveLength(1);
});

it('takes nothing over a certificate for another name', async () => {
  const { port, requests } = await serve((_request, response) => response.end(POLICY), 'www.a.example');
  expect(await fetchFrom(port)).toEqual({ kind: 'untrusted', code: 'ERR_TLS_CERT_ALTNAME_INVALID' });
  expect(requests).toEqual([]);
});

it('never connects to an inner address', async () => {
  const { port, requests } = await serve((_request, response) => response.end(POLICY));
  expect(await fetchFrom(port, '127.0.0.1', [])).toEqual({
    kind: 'unreached',
    reason: 'not-allowed',
    code: 'address',
  });
  expect(requests).toEqual([]);
});

it('does not say why a name that is in the DNS was not found', async () => {
  expect(await fetchFrom(443, null)).toEqual({
    kind: 'unreached',
    reason: 'unreachable',
    code: 'ENOTFOUND',
  });
});

it('says that nobody answers at the policy host', async () => {
  const { port } = await serve(() => {});
  for (const server of open.splice(0)) await new Promise((resolve) => server.close(resolve));
  expect(await fetchFrom(port)).toEqual({ kind: 'unreached', reason: 'unreachable', code: 'ECONNREFUSED' });
});

it('says that the answer is not HTTP', async () => {
  const { port } = await serve((request) => request.socket.end('hello\r\n\r\n'));
  expect(await fetchFrom(port)).toMatchObject({ kind: 'broken' });
});
