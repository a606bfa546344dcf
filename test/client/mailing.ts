import { randomBytes } from 'node:crypto';
import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import { type RotatingTransportOptions, rotatingTransport } from 'keyturn/client';
import { createTransport } from 'nodemailer';
import { onTestFinished, vi } from 'vitest';
import type { Security } from '../../functions/net/endpoint.ts';
import { createAuthority } from '../../sandbox/certificates.ts';
import { InProcessSecretsManager } from '../support/aws/secrets-manager.ts';
import { type SmtpServerOptions, type SmtpTestServer, startSmtpServer } from '../support/smtp-servers.ts';

/** nodemailer asks a DNS server for a name, `localhost` too. */
const HOST = '127.0.0.1';
const NAME = 'mail/orders';

export interface Login {
  readonly username: string;
  readonly password: string;
}

/** A real SMTP server, a secret with its login, and an application that sends with it. */
export interface Mailing {
  readonly server: SmtpTestServer;
  readonly secrets: InProcessSecretsManager;
  /** What the server accepts. */
  readonly users: Record<string, string>;
  readonly first: Login;
  /** How often the secret was read. */
  reads(): number;
  /** Makes a login that works; whether it is the secret's is another matter. */
  issue(): Login;
  /** Makes this login the secret's current one, with `fields` beside it. */
  promote(login: Login, fields?: object): Promise<void>;
  revoke(login: Login): void;
  send(subject: string, message?: object): Promise<unknown>;
  verify(): Promise<boolean>;
  /** Subjects of the messages that the server has, in their order. */
  arrived(): (string | undefined)[];
}

export async function openMailing(
  security: Security = 'tls',
  options: Pick<RotatingTransportOptions, 'pool'> & Pick<SmtpServerOptions, 'onAuth' | 'hideStartTls'> = {},
): Promise<Mailing> {
  const { pool = false, ...behaviour } = options;
  const authority = await createAuthority();
  const leaf = await authority.issue({ names: [HOST] });
  const users: Record<string, string> = {};
  const server = await startSmtpServer({ security, users, leaf, ...behaviour });
  const value = (login: Login, fields = {}) =>
    JSON.stringify({ host: HOST, port: server.port, security, ca: authority.cert, ...login, ...fields });
  const issue = () => {
    const login = { username: randomBytes(6).toString('hex'), password: randomBytes(12).toString('hex') };
    users[login.username] = login.password;
    return login;
  };
  const first = issue();
  const secrets = new InProcessSecretsManager();
  const secretId = secrets.create(NAME, value(first));
  const sent = vi.spyOn(secrets.client, 'send');
  const mailer = createTransport(rotatingTransport({ secretId, secretsManager: secrets.client, pool }));
  onTestFinished(async () => {
    mailer.close();
    await server.close();
  });
  return {
    server,
    secrets,
    users,
    first,
    issue,
    reads: () => sent.mock.calls.filter(([command]) => command instanceof GetSecretValueCommand).length,
    promote: (login, fields) => moveCurrent(secrets, secretId, value(login, fields)),
    revoke: ({ username }) => delete users[username],
    send: (subject, message) =>
      mailer.sendMail({ from: 'a@example.com', to: 'b@example.net', subject, text: 'Hello', ...message }),
    verify: () => mailer.verify(),
    arrived: () => server.messages.map(({ raw }) => /^Subject: (.*)$/m.exec(raw)?.[1]?.trim()),
  };
}

async function moveCurrent({ client }: InProcessSecretsManager, SecretId: string, SecretString: string) {
  const token = randomBytes(16).toString('hex');
  const pending = { SecretId, SecretString, ClientRequestToken: token, VersionStages: ['AWSPENDING'] };
  await client.send(new PutSecretValueCommand(pending));
  const { VersionIdsToStages = {} } = await client.send(new DescribeSecretCommand({ SecretId }));
  const current = Object.keys(VersionIdsToStages).find((id) =>
    VersionIdsToStages[id]?.includes('AWSCURRENT'),
  );
  await client.send(
    new UpdateSecretVersionStageCommand({
      SecretId,
      VersionStage: 'AWSCURRENT',
      MoveToVersionId: token,
      RemoveFromVersionId: current,
    }),
  );
}
