import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Accounts } from './accounts.ts';
import type { Certificates } from './certificates.ts';
import { type Daemon, freePorts } from './daemon.ts';
import { authSocket, startDovecot } from './dovecot.ts';
import { startExim } from './exim.ts';
import { startPostfix } from './postfix.ts';
import { PLAIN_VARIANT, SERVERS, type Server, variantsOf } from './servers.ts';
import type { Ports, Variant } from './variant.ts';

/** A variant that is to run: where, and in which folder. */
interface Site {
  readonly server: Server;
  readonly name: string;
  readonly variant: Variant;
  readonly ports: Ports;
  readonly folder: string;
}

interface Surroundings {
  readonly folder: string;
  readonly relay: number;
  readonly certificates: Certificates;
  readonly accounts: Accounts;
}

/** A site for each variant of each server, and the port that Dovecot relays to. */
export async function planSites(home: string): Promise<{ sites: readonly Site[]; relay: number }> {
  const variants = SERVERS.flatMap((server) =>
    [...variantsOf(server)].map(([name, variant]) => ({ server, name, variant })),
  );
  const [relay = 0, ...free] = await freePorts(1 + 2 * variants.length);
  const sites = variants.map((variant, index) => {
    const [tls = 0, starttls = 0] = free.slice(2 * index);
    return { ...variant, ports: { tls, starttls }, folder: join(home, String(index)) };
  });
  for (const { folder } of sites) await mkdir(folder);
  return { sites, relay };
}

/** Postfix serves all of its variants by one master; of the others each variant is a server of its own. */
export function startSites(
  sites: readonly Site[],
  { folder, ...common }: Surroundings,
): readonly Promise<Daemon>[] {
  const of = (server: Server) => sites.filter((site) => site.server === server);
  const saslFolders = new Map(of('Dovecot submission').map((site) => [site.name, site.folder]));
  const withSasl = (site: Site) => {
    return { ...site, sasl: authSocket(saslFolders.get(site.variant.sasl ?? PLAIN_VARIANT) ?? '') };
  };
  return [
    ...of('Dovecot submission').map((site) => startDovecot({ ...common, ...site })),
    startPostfix({ ...common, folder: join(folder, 'postfix'), listeners: of('Postfix').map(withSasl) }),
    ...of('Exim').map((site) => startExim({ ...common, ...withSasl(site) })),
  ];
}
