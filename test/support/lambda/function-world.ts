import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { Agenda } from '../../../functions/table/agenda.ts';
import { InProcessTable } from '../aws/dynamodb.ts';
import { InProcessSecretsManager } from '../aws/secrets-manager.ts';
import { startSecretsManagerServer } from '../aws/secrets-manager-server.ts';
import { startSmtpServer } from '../smtp-servers.ts';
import { functionEnvironment } from './environment.ts';
import { LambdaService } from './lambda-service.ts';
import type { WayToEnd } from './ways-to-end.ts';

/** Not a mail address: its domain would be asked for in the DNS. */
const USERNAME = 'ada';
const PASSWORD = 'canary-5d2f8a1c';
const NOBODY = 'http://127.0.0.1:1';

export type FunctionWorld = Awaited<ReturnType<typeof startFunctionWorld>>;

/**
 * Functions in processes of their own, and around them AWS and a mail server on 127.0.0.1. `endpoints`: of other services,
 * as AWS_ENDPOINT_URL and its kin.
 */
export async function startFunctionWorld(
  functions: readonly string[],
  endpoints: Readonly<Record<string, string>> = {},
) {
  const smtp = await startSmtpServer({ security: 'tls', users: { [USERNAME]: PASSWORD } });
  const table = new InProcessTable();
  let secrets = new InProcessSecretsManager();
  const reached = { send: (command: never) => secrets.client.send(command) } as SecretsManagerClient;
  const secretsServer = await startSecretsManagerServer(reached);
  const env = {
    ...functionEnvironment({ ports: String(smtp.port), loginHostFailures: '100' }),
    AWS_ENDPOINT_URL: NOBODY,
    // Nor do these processes reach beyond this computer.
    NODE_USE_ENV_PROXY: '1',
    HTTPS_PROXY: NOBODY,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: secretsServer.url,
    AWS_ENDPOINT_URL_DYNAMODB: await table.url(),
    ...endpoints,
  };
  const lambda = await LambdaService.start(functions, env);
  /** A credential that works, but for the changes; returns its ARN. */
  const create = (name: string, changes: object = {}): string => {
    const { host, port, ca } = smtp;
    const value = { host, port, security: 'tls', ca, username: USERNAME, password: PASSWORD, ...changes };
    return secrets.create(name, JSON.stringify(value));
  };
  /** One that ends each process that reads its value. */
  const createKiller = (name: string, ends: WayToEnd = 'segmentation fault') => create(name, { ends });
  /** An account without secrets, and nothing invoked yet. */
  const reset = () => {
    secrets = new InProcessSecretsManager();
    lambda.reset();
  };
  const close = () => Promise.all([lambda.close(), secretsServer.close(), smtp.close()]);
  return { smtp, lambda, table, agenda: new Agenda(table), create, createKiller, reset, close };
}
