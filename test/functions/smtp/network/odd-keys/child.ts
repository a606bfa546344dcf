import { type Chain, chainWith, type Role, STRANGER } from './chains.ts';
import { CLIENTS, type ClientName, type Fared } from './clients.ts';
import { curveKeys, otherKeys, type TestKey } from './keys.ts';
import { PresentingServer, PROTOCOLS, type ProtocolName } from './servers.ts';

/** One line before each case, and one after it, so that whoever reads them knows in which one this process died. */
export interface Case {
  readonly key: string;
  readonly role: Role;
  readonly trusted: boolean;
  readonly client: ClientName;
  /** Absent before. */
  readonly fared?: Fared;
  /** What reached the server under TLS. */
  readonly heard?: string;
}

const say = (line: Case) => process.stdout.write(`${JSON.stringify(line)}\n`);
const servers = await start();

if (process.argv[2] !== undefined) {
  for (const key of curveKeys(Number(process.argv[2]), /^(brainpoolP256r1|secp256k1|prime256v1|secp384r1|SM2)$/))
    await every(key, key.signingKey ? ['root', 'intermediate', 'leaf'] : ['companion']);
  for (const key of otherKeys()) await every(key, ['companion']);
}
for (const server of Object.values(servers)) server.close();

async function every(key: TestKey, roles: readonly Role[]): Promise<void> {
  for (const role of roles) {
    const chain = chainWith(key, role);
    for (const trusted of [true, false])
      for (const client of Object.keys(CLIENTS) as ClientName[])
        await one({ key: key.name, role, trusted, client }, chain);
  }
}

async function one(about: Case, { leaf, root }: Chain): Promise<void> {
  say(about);
  const { protocol, run } = CLIENTS[about.client];
  const server = servers[protocol];
  server.present(leaf);
  const fared = await run(server.port, about.trusted ? root : STRANGER);
  await server.quiet();
  say({ ...about, fared, heard: server.heard });
}

async function start() {
  const names = Object.keys(PROTOCOLS) as ProtocolName[];
  const started = await Promise.all(names.map(async (name) => [name, await PresentingServer.start(name)] as const));
  return Object.fromEntries(started) as Record<ProtocolName, Awaited<ReturnType<typeof PresentingServer.start>>>;
}
