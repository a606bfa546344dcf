import { once } from 'node:events';
import net from 'node:net';
import tls from 'node:tls';
import { expect, it } from 'vitest';
import { smtpOptions } from '../../client/smtp-options.ts';
import { Redacted } from '../../functions/secrets/redacted.ts';
import { PresentingServer } from '../functions/net/odd-keys/servers.ts';
import { chainNaming } from '../support/odd-certificates/chains.ts';
import { NAMES } from '../support/odd-certificates/der.ts';

const HOST = 'mail.a.example';

/** The code of the error, or that the certificate was taken. */
async function takes(names: readonly Buffer[]): Promise<unknown> {
  const server = await PresentingServer.start('smtps');
  const { leaf, root: ca } = chainNaming(HOST, names);
  server.present(leaf);
  const endpoint = { host: HOST, port: server.port, security: 'tls', ca } as const;
  const options = smtpOptions({ endpoint, username: 'ada', password: new Redacted('S3cret-canary') });
  const socket = net.connect(server.port, '127.0.0.1');
  const secure = tls.connect({ ...options.tls, socket, servername: HOST });
  const outcome = await once(secure, 'secureConnect').then(
    () => 'taken',
    ({ code }) => code,
  );
  secure.destroy();
  await server.quiet();
  server.close();
  return outcome;
}

it('an application takes the certificates that Keyturn takes: the common name counts for nothing', async () => {
  expect(await takes([NAMES.dns(HOST)])).toBe('taken');
  for (const names of [[], [NAMES.uri(`https://${HOST}/?DNS:${HOST}`)], [NAMES.email(`DNS:${HOST}`)]])
    expect(await takes(names)).toBe('ERR_TLS_CERT_ALTNAME_INVALID');
});
