/** A process of its own for the servers: what they do to their sockets must not be able to end the client's process. */
import type { Step } from '../../../support/scripted-dialogue.ts';
import { startScriptedServer } from '../../../support/scripted-server.ts';
import { certificates } from '../../../support/smtp-servers.ts';
import type { WireEntry } from '../../../support/wire-log.ts';

/** To the servers: what the one of that number plays to its next client; without steps, to tell what it saw. */
export interface Order {
  readonly server: number;
  readonly steps?: readonly Step[];
}

/** From the servers: that they are there, or that an order was carried out. */
export type Report =
  | { readonly ports: readonly number[]; readonly ca: string }
  | { readonly server: number; readonly log: readonly WireEntry[] };

const { leaf, ca } = await certificates();
const scripts: (readonly Step[])[] = [];
const servers = await Promise.all(
  Array.from({ length: Number(process.argv[2]) }, (_, index) =>
    startScriptedServer(() => scripts[index] ?? [], { leaf, ca }),
  ),
);
/** Connections that came before the order: they may still have something to say. */
const before: number[] = [];

process.on('message', ({ server, steps }: Order) => {
  const log = servers[server]?.log;
  if (steps) {
    scripts[server] = steps;
    before[server] = log?.connections ?? 0;
  }
  const seen = log?.take().filter(({ connection }) => connection > (before[server] ?? 0)) ?? [];
  process.send?.({ server, log: seen } satisfies Report);
});
process.on('disconnect', () => process.exit());
process.send?.({ ports: servers.map(({ port }) => port), ca } satisfies Report);
