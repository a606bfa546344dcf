import http from 'node:http';
import net from 'node:net';
import { exchangersOver } from '../../../../functions/mail-domain/dane/dane.ts';
import { policyOver } from '../../../../functions/mail-domain/mta-sts/mta-sts.ts';
import type { Endpoint, Security } from '../../../../functions/net/endpoint.ts';
import { endsIn, exchange, outcomeOf } from '../../../../functions/net/http.ts';
import { Network } from '../../../../functions/net/network.ts';
import { GuardedAgent, sendOver } from '../../../../functions/net/send.ts';
import {
  type Database,
  type DatabaseLogin,
  failureIn,
} from '../../../../functions/providers/sql/database.ts';
import { openMysql } from '../../../../functions/providers/sql/mysql.ts';
import { openPostgresql } from '../../../../functions/providers/sql/postgresql.ts';
import { post } from '../../../../functions/providers/webhook.ts';
import { Redacted } from '../../../../functions/secrets/redacted.ts';
import { login } from '../../../../functions/smtp/login.ts';
import { probeServer } from '../../../../functions/smtp/probe/probe.ts';
import { HOSTS } from '../../../support/odd-certificates/chains.ts';
import type { ProtocolName } from './servers.ts';

const BUDGET_MS = 10_000;

/** How one TLS client of Keyturn fared. `verified` is null for those that describe any certificate. */
export interface Fared {
  readonly verified: boolean | null;
  readonly said: string;
}

interface Client {
  readonly protocol: ProtocolName;
  readonly run: (port: number, ca: string, host?: string) => Promise<Fared>;
}

export const CLIENTS = {
  'login over implicit TLS': { protocol: 'smtps', run: loggedIn('tls') },
  'login after STARTTLS': { protocol: 'starttls', run: loggedIn('starttls') },
  'login after STARTTLS and half a line': {
    protocol: 'starttls and half a line',
    // No login comes of it, whatever the certificate.
    run: async (port, ca, host = HOSTS.server) => ({
      ...(await loggedIn('starttls')(port, ca, host)),
      verified: null,
    }),
  },
  'probe and survey': {
    protocol: 'smtps',
    run: async (port, ca, host = HOSTS.server) => {
      const endpoint: Endpoint = { host, port, security: 'tls', ca };
      const { session, interrupted } = await probeServer(endpoint, BUDGET_MS, networkTo(port));
      return { verified: null, said: JSON.stringify(session ?? interrupted) };
    },
  },
  'chain of a mail exchanger': {
    protocol: 'starttls',
    run: async (port) => {
      const presented = await exchangersOver(networkTo(port), port)(HOSTS.server);
      return {
        verified: null,
        said: presented.known ? `${presented.value.length} certificates` : JSON.stringify(presented),
      };
    },
  },
  webhook: {
    protocol: 'https',
    run: async (port, ca, host = HOSTS.server) => {
      const url = new URL(`https://${net.isIPv6(host) ? `[${host}]` : host}:${port}/`);
      const call = post({ url, headers: {}, body: '{}', ca }, networkTo(port), BUDGET_MS);
      return fared(call);
    },
  },
  'MTA-STS policy': {
    protocol: 'https',
    run: async (port, ca) => {
      const answer = await policyOver(networkTo(port), { port, ca })(HOSTS.domain);
      return { verified: answer.kind === 'answered', said: JSON.stringify(answer) };
    },
  },
  'HTTPS to AWS and to providers': { protocol: 'https', run: exchanged },
  'PostgreSQL driver': { protocol: 'postgresql', run: opened(openPostgresql) },
  'MySQL driver': { protocol: 'mysql', run: opened(openMysql) },
} as const satisfies Record<string, Client>;
export type ClientName = keyof typeof CLIENTS;

/** Every name is this computer. */
function networkTo(port: number): Network {
  const address = async () => [{ address: '127.0.0.1', ttl: 60 }];
  const none = () => Promise.reject(Object.assign(new Error('no name'), { code: 'ENOTFOUND' }));
  const policy = { ports: [port], networks: ['127.0.0.0/8', '::1/128'] };
  return new Network(policy, { resolve4: address, resolve6: none, lookup: async () => ['127.0.0.1'] });
}

function loggedIn(security: Security): Client['run'] {
  return async (port, ca, host = HOSTS.server) => {
    const endpoint: Endpoint = { host, port, security, ca };
    const credential = { endpoint, username: 'ada', password: new Redacted('S3cret-canary') };
    const { failure } = await login(credential, BUDGET_MS, networkTo(port));
    return { verified: failure === null, said: JSON.stringify(failure) };
  };
}

async function exchanged(port: number, ca: string, host: string = HOSTS.server): Promise<Fared> {
  const lookup: net.LookupFunction = (_host, { all }, done) =>
    all ? done(null, [{ address: '127.0.0.1', family: 4 }]) : done(null, '127.0.0.1', 4);
  const agents = { 'http:': new http.Agent(), 'https:': new GuardedAgent({ ca, lookup }) };
  const limits = { signal: endsIn(BUDGET_MS), mostBytes: 1000 };
  const url = `https://${net.isIPv6(host) ? `[${host}]` : host}:${port}/`;
  const answer = await exchange(sendOver({ agents }), url, {}, limits);
  return { verified: answer.kind === 'answered', said: outcomeOf(answer) };
}

/** The server refuses each password, which it can only do when it was sent one. */
function opened(open: (login: DatabaseLogin) => Promise<Database>): Client['run'] {
  return async (port, ca, host = HOSTS.server) => {
    const socket = net.connect(port, '127.0.0.1').on('error', () => {});
    const password = new Redacted('S3cret-canary');
    const silenceMs = BUDGET_MS;
    const login = { socket, host, database: 'mail', username: 'ada', password, ca, silenceMs };
    const attempt = open(login).catch((error: unknown) => {
      throw failureIn('log in', error);
    });
    return fared(
      attempt.finally(() => socket.destroy()),
      /28P01|ER_ACCESS_DENIED_ERROR/,
    );
  };
}

async function fared(attempt: Promise<unknown>, afterTls?: RegExp): Promise<Fared> {
  try {
    await attempt;
    return { verified: true, said: 'done' };
  } catch (error) {
    const said = String(error);
    return { verified: afterTls?.test(said) ?? false, said };
  }
}
