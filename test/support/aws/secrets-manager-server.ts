import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';
import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  ListSecretsCommand,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { listen } from '../smtp-servers.ts';

export interface SecretsManagerServer {
  /** For AWS_ENDPOINT_URL_SECRETS_MANAGER of another process. */
  readonly url: string;
  close(): Promise<void>;
}

/** The reading half of the Secrets Manager HTTP API (AWS JSON 1.1) in front of a client in this process. */
export async function startSecretsManagerServer(client: SecretsManagerClient): Promise<SecretsManagerServer> {
  const server = createServer(async (request, response) => {
    const input = (await json(request)) as { SecretId: string };
    const operation = request.headers['x-amz-target'];
    const [status, body] = await sent(client, String(operation), input).then(
      (output) => [200, onTheWire(output)] as const,
      (error: Error) => [400, { __type: error.name, message: error.message }] as const,
    );
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body));
  });
  const port = await listen(server);
  const close = () => new Promise<void>((resolve) => server.close(() => resolve()).closeAllConnections());
  return { url: `http://127.0.0.1:${port}`, close };
}

function sent(client: SecretsManagerClient, operation: string, input: { SecretId: string }): Promise<object> {
  if (operation === 'secretsmanager.ListSecrets') return client.send(new ListSecretsCommand({}));
  if (operation === 'secretsmanager.DescribeSecret') return client.send(new DescribeSecretCommand(input));
  return client.send(new GetSecretValueCommand(input));
}

/** AWS JSON has times as seconds since 1970. */
function onTheWire(output: object): object {
  const fields = Object.entries(output);
  return Object.fromEntries(
    fields.map(([name, value]) => [name, value instanceof Date ? value.getTime() / 1000 : value]),
  );
}
