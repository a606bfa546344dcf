import { Network } from '../../functions/net/network.ts';

/** May dial these servers on this computer, and nothing else that is not public. */
export function loopbackNetwork(...servers: readonly { readonly port: number }[]): Network {
  return new Network({
    ports: servers.map(({ port }) => port),
    networks: ['127.0.0.0/8', '::1/128'],
  });
}
