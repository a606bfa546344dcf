import { type Chain, chainWith, type Role, STRANGER } from '../../../support/odd-certificates/chains.ts';
import { curveKeys, otherKeys, type TestKey } from '../../../support/odd-certificates/keys.ts';
import { CLIENTS, type ClientName, type Fared } from './clients.ts';
import { PROTOCOLS, PresentingServer, type ProtocolName } from './servers.ts';

/** One line before each case and one after it: whoever reads them knows in which one this process died. */
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

/** One of each kind, whatever else is left out. */
const ALWAYS = /^(brainpoolP256r1|secp256k1|prime256v1|SM2)$/;
const every = Number(process.argv[2]);

const names = Object.keys(PROTOCOLS) as ProtocolName[];
const started = await Promise.all(
  names.map(async (name) => [name, await PresentingServer.start(name)] as const),
);
const servers = new Map(started);

for (const key of curveKeys(every, ALWAYS))
  await inEach(key, key.signingKey ? ['root', 'intermediate', 'leaf'] : ['companion']);
for (const key of otherKeys()) await inEach(key, ['companion']);
for (const server of servers.values()) server.close();

async function inEach(key: TestKey, roles: readonly Role[]): Promise<void> {
  for (const role of roles) {
    const chain = chainWith(key, role);
    for (const trusted of [true, false])
      for (const client of Object.keys(CLIENTS) as ClientName[])
        await perform({ key: key.name, role, trusted, client }, chain);
  }
}

async function perform(about: Case, { leaf, root }: Chain): Promise<void> {
  say(about);
  const { protocol, run } = CLIENTS[about.client];
  const server = servers.get(protocol);
  if (!server) throw new Error(`expected a server that speaks ${protocol}`);
  server.present(leaf);
  const fared = await run(server.port, about.trusted ? root : STRANGER);
  await server.quiet();
  say({ ...about, fared, heard: server.heard });
}

function say(line: Case): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
