import {
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  PutLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { GetFunctionConfigurationCommand } from '@aws-sdk/client-lambda';
import { CreateSecretCommand, PutResourcePolicyCommand } from '@aws-sdk/client-secrets-manager';
import { MANAGED_TAG } from '../../functions/observe/names.ts';
import { setEnvironment } from '../../sandbox/deploy/cdk.ts';
import type { Sandbox } from '../../sandbox/sandbox.ts';
import { PASSWORDS, USERNAME, type WeakServer, type WeakServers } from './weak-servers.ts';

/** The form of a secret access key, which is no SMTP password. */
const RAW_KEY = 'q8Zr3Lw0Tn6Yx1Vb9Kc5Hd2Mf7Js4Pg0Ua8Ei3Ox';
const LOG = 'Keyturn-planted';

/** Six credentials besides those of the sandbox, each with its faults, and faults of the account around them. */
export async function plantFaults(sandbox: Sandbox, weak: WeakServers): Promise<void> {
  const at = ({ port, ca }: WeakServer, password: string, username = USERNAME) => ({
    ...{ host: 'localhost', port, security: 'starttls', ca, username, password },
  });
  const secrets = {
    'mail/old-server': { ...at(weak.old, PASSWORDS.exposed), from: 'relay@old.example.com' },
    'mail/weak-key': { ...at(weak.weakKey, 'uN3hJ8sL5cV0xE2gK7tA'), from: 'relay@lax.example' },
    'mail/expiring': { ...at(weak.expiring, PASSWORDS.short), from: 'relay@overgrown.example' },
    'mail/raw-key': { ...at(weak.sound, RAW_KEY, 'AKIAQ7EXAMPLE0000001'), from: 'relay@half.example' },
    'mail/malformed': { port: 587, username: USERNAME, password: 'tX5nB7vC2mZ9lK4jH8gF' },
    'mail/open-policy': { ...at(weak.sound, PASSWORDS.sound), from: 'relay@misspelt.example' },
  };
  for (const [name, value] of Object.entries(secrets)) await createSecret(sandbox, name, value);
  await openToEverybody(sandbox, 'mail/open-policy');
  await exposeInEnvironment(sandbox);
  await leakIntoLog(sandbox);
  await configureExamination(sandbox, weak);
}

async function createSecret({ clients }: Sandbox, Name: string, value: object): Promise<void> {
  const Tags = [{ Key: MANAGED_TAG.key, Value: MANAGED_TAG.value }];
  const SecretString = JSON.stringify(value);
  await clients.secretsManager.send(new CreateSecretCommand({ Name, SecretString, Tags }));
}

async function openToEverybody({ clients: { secretsManager } }: Sandbox, SecretId: string): Promise<void> {
  const Statement = [
    { Effect: 'Allow', Principal: '*', Action: 'secretsmanager:GetSecretValue', Resource: '*' },
  ];
  const ResourcePolicy = JSON.stringify({ Version: '2012-10-17', Statement });
  await secretsManager.send(new PutResourcePolicyCommand({ SecretId, ResourcePolicy }));
}

async function exposeInEnvironment({ clients: { lambda }, outputs }: Sandbox): Promise<void> {
  await setEnvironment(lambda, outputs.AuditsFunctionName, { SMTP_PASSWORD: PASSWORDS.exposed });
}

/** What a debug option of a mail client writes. */
async function leakIntoLog({ clients: { logs } }: Sandbox): Promise<void> {
  const blob = Buffer.from(`\0${USERNAME}\0${PASSWORDS.exposed}`).toString('base64');
  const stream = { logGroupName: LOG, logStreamName: LOG };
  await logs.send(new CreateLogGroupCommand({ logGroupName: LOG }));
  await logs.send(new CreateLogStreamCommand(stream));
  const logEvents = [{ timestamp: Date.now(), message: `C: AUTH PLAIN ${blob}` }];
  await logs.send(new PutLogEventsCommand({ ...stream, logEvents }));
}

/** Only ports of the configuration are dialled, and a DKIM selector is known to be in use when it is named there. */
async function configureExamination(
  { clients: { lambda }, outputs }: Sandbox,
  weak: WeakServers,
): Promise<void> {
  const FunctionName = outputs.AuditExamineFunctionName;
  const { Environment } = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
  const { old, weakKey, expiring, sound } = weak;
  const ports = [old, weakKey, expiring, sound].map(({ port }) => port);
  const KEYTURN_PORTS = [Environment?.Variables?.KEYTURN_PORTS, ...ports].join(',');
  await setEnvironment(lambda, FunctionName, { KEYTURN_PORTS, KEYTURN_DKIM_SELECTORS: 'mail' });
}
