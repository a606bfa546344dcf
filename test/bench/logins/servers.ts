import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { createAccounts } from '../../interop/accounts.ts';
import { createCertificates } from '../../interop/certificates.ts';
import { authSocket, startDovecot } from '../../interop/dovecot.ts';
import { startPostfix } from '../../interop/postfix.ts';
import type { Variant } from '../../interop/variant.ts';
import { DOMAIN, type Target } from './client.ts';
import { SERVER } from './namespaces.ts';

/** By server and how TLS begins. */
export type Targets = Readonly<Record<'dovecot' | 'postfix', Record<'tls' | 'starttls', Target>>>;

// Dovecot and Postfix for the length of this program, on the address of its namespace. It prints the targets as JSON when
// all listen, and stops the servers when its input ends.

/** One round trip each, so that all clients can use the same. */
const PLAIN: Variant = { mechanisms: ['PLAIN', 'LOGIN'] };

/** In a namespace of its own, so all are free; `Network` knows them as ports of mail servers. */
const PORTS = {
  dovecot: { tls: 465, starttls: 587 },
  postfix: { tls: 2465, starttls: 2587 },
};
const RELAY = 10025;

const [folder = '.'] = process.argv.slice(2);
const dovecotFolder = join(folder, 'dovecot');
const postfixFolder = join(folder, 'postfix');
for (const one of [dovecotFolder, postfixFolder]) await mkdir(one, { recursive: true });
const accounts = createAccounts();
const certificates = await createCertificates(join(folder, 'certificates'), [SERVER, `*.${DOMAIN}`]);
const common = { address: SERVER, relay: RELAY, certificates, accounts };
const dovecot = await startDovecot({
  ...common,
  folder: dovecotFolder,
  ports: PORTS.dovecot,
  variant: PLAIN,
});
const sasl = authSocket(dovecotFolder);
const postfix = await startPostfix({
  ...common,
  folder: postfixFolder,
  listeners: [{ ports: PORTS.postfix, sasl, variant: PLAIN }],
});

function targets(ports: { readonly tls: number; readonly starttls: number }) {
  const { username, password } = accounts;
  const target = { host: SERVER, ca: certificates.authorities.trusted, username, password };
  return {
    tls: { ...target, port: ports.tls, security: 'tls' as const },
    starttls: { ...target, port: ports.starttls, security: 'starttls' as const },
  };
}

console.log(
  JSON.stringify({
    dovecot: targets(PORTS.dovecot),
    postfix: targets(PORTS.postfix),
  } satisfies Targets),
);
await text(process.stdin);
await postfix.stop();
await dovecot.stop();
