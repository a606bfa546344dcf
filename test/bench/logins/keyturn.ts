import { Redacted } from '../../../functions/credential/redacted.ts';
import { login } from '../../../functions/smtp/login.ts';
import { Network } from '../../../functions/smtp/network.ts';
import { type Login, serve, UNUSUAL_PORTS } from './client.ts';

const LIMIT_MS = 30_000;

/** As one process of a function does it: what it has learned from a server it uses for the next login. */
function keyturn(): Login {
  const network = new Network({ ports: Object.values(UNUSUAL_PORTS), networks: ['10.77.0.0/24'] });
  return async ({ host, port, security, ca, username, password }) => {
    const endpoint = { host, port, security, ca };
    const evidence = await login({ endpoint, username, password: new Redacted(password) }, LIMIT_MS, network);
    if (evidence.stage !== 'done') throw new Error(`no login: ${JSON.stringify(evidence.failure)}`);
  };
}

void serve(keyturn);
