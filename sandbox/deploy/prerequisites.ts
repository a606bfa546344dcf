import { CreateSecretCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { VerifyDomainDkimCommand } from '@aws-sdk/client-ses';
import { MANAGED_TAG } from '../../functions/observe/names.ts';
import type { Clients } from '../clients.ts';
import type { MailServers } from '../mail/mail-servers.ts';
import { type AdoptedCredential, ORDERS } from './credentials.ts';

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
