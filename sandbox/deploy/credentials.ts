import { CreateSecretCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { VerifyDomainDkimCommand } from '@aws-sdk/client-ses';
import { MANAGED_TAG } from '../../functions/observe/names.ts';
import type { Verdict } from '../../functions/smtp/verdicts.ts';
import type { Clients } from '../cloud.ts';
import type { MailServers } from '../mail/mail-servers.ts';
import type { SmtpEndpoint } from '../mail/smtp-endpoint.ts';

/** The SES credential that the stack creates and the main job rotates. */
export const ORDERS = {
  name: 'orders',
  secretName: 'keyturn/orders',
  identity: 'example.com',
  from: 'orders@example.com',
} as const;

/** A credential that exists before the deployment and is adopted by name, and what validating it must say. */
export interface AdoptedCredential {
  readonly secretName: string;
  readonly expected: Verdict;
  readonly server: (servers: MailServers) => SmtpEndpoint;
  readonly wrongPassword?: string;
}

/** One good credential, and one for each fault that a login can show. */
export function adoptedCredentials(wrongPassword: string): readonly AdoptedCredential[] {
  return [
    { secretName: 'mail/provider', expected: 'valid', server: ({ provider }) => provider },
    {
      secretName: 'mail/wrong-password',
      expected: 'rejected',
      server: ({ provider }) => provider,
      wrongPassword,
    },
    {
      secretName: 'mail/expired-certificate',
      expected: 'tls-untrusted:expired',
      server: ({ expired }) => expired,
    },
    {
      secretName: 'mail/wrong-host',
      expected: 'tls-untrusted:wrong-host',
      server: ({ wrongHost }) => wrongHost,
    },
    { secretName: 'mail/no-starttls', expected: 'starttls-missing', server: ({ noStartTls }) => noStartTls },
  ];
}

/** The CDK context `keyturn` of the sandbox (infra/config/config.ts). */
export function sandboxContext(
  servers: MailServers,
  adopted: readonly AdoptedCredential[],
  nameServer: string,
): object {
  const { host, ca, ses } = servers;
  const orders = {
    type: 'ses',
    name: ORDERS.name,
    identity: ORDERS.identity,
    from: ORDERS.from,
    endpoint: { host, port: ses.port, security: 'tls', ca },
  };
  const existing = adopted.map(({ secretName }) => ({
    type: 'existing',
    name: secretName.replace('/', '-'),
    secretName,
  }));
  const ports = [ses, ...adopted.map(({ server }) => server(servers))].map(({ port }) => port);
  const network = { ports: [...new Set(ports)] };
  // Nothing of a sandbox is asked of anybody outside: its DNSSEC status stays unknown.
  const dns = { nameServers: [nameServer], dnsOverHttps: 'https://127.0.0.1:9/dns-query' };
  // All the servers stand on one host here: what many of them refuse must not hold back the rest.
  const loginBudget = { hostFailures: 100 };
  return { network, ...dns, loginBudget, credentials: [orders, ...existing] };
}

/** What a user of Keyturn has before it is deployed: a verified SES domain, and secrets with the managed tag. */
export async function createPrerequisites(
  { secretsManager, ses }: Clients,
  servers: MailServers,
  adopted: readonly AdoptedCredential[],
): Promise<void> {
  await ses.send(new VerifyDomainDkimCommand({ Domain: ORDERS.identity }));
  for (const credential of adopted) await createSecret(secretsManager, servers, credential);
}

async function createSecret(
  client: SecretsManagerClient,
  servers: MailServers,
  { secretName, server, wrongPassword }: AdoptedCredential,
): Promise<void> {
  const { host, ca, login } = servers;
  const password = wrongPassword ?? login.password;
  const { port } = server(servers);
  const secret = { host, port, security: 'starttls', ...login, password, from: login.username, ca };
  await client.send(
    new CreateSecretCommand({
      Name: secretName,
      SecretString: JSON.stringify(secret),
      Tags: [{ Key: MANAGED_TAG.key, Value: MANAGED_TAG.value }],
    }),
  );
}
