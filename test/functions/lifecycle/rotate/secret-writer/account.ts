import { randomBytes, randomUUID } from 'node:crypto';
import type { IAMClient } from '@aws-sdk/client-iam';
import { mintName } from '../../../../../functions/lifecycle/ownership.ts';
import type { Send } from '../../../../../functions/net/http.ts';
import type { Network } from '../../../../../functions/net/network.ts';
import { send } from '../../../../../functions/net/send.ts';
import type { ReadAdmin } from '../../../../../functions/providers/admin-secret.ts';
import type { RotationProvider } from '../../../../../functions/providers/provider.ts';
import { type ProviderDeps, providerFor } from '../../../../../functions/providers/provider-for.ts';
import type { Provider } from '../../../../../functions/providers/secret.ts';
import { sesSmtpPassword } from '../../../../../functions/providers/ses.ts';
import { scramRecord } from '../../../../../functions/providers/sql.ts';
import { Redacted } from '../../../../../functions/secrets/redacted.ts';
import { InProcessIam } from '../../../../support/aws/iam.ts';
import { EntraApi } from '../../../../support/providers/entra-api.ts';
import { type ApiAnswer, type ApiRequest, FaultyHttp } from '../../../../support/providers/faulty-http.ts';
import { MailgunApi } from '../../../../support/providers/mailgun-api.ts';
import { type PostgresqlServer, startPostgresql } from '../../../../support/providers/postgresql-server.ts';
import { ResendApi } from '../../../../support/providers/resend-api.ts';
import { routedFetch } from '../../../../support/providers/routed-fetch.ts';
import { SendGridApi } from '../../../../support/providers/sendgrid-api.ts';
import { startTlsFront, WebhookReceiver } from '../../../../support/providers/webhook-receiver.ts';

export const NAME = 'keyturn/orders';
export const FOREIGN = 'keyturn/billing';
export const ADMIN = 'admin/provider';
const REGION = 'us-east-1';

/** A credential at the provider that belongs to another secret. */
export interface ForeignCredential {
  readonly id: string;
  readonly username: string;
  /** `provider` of the secret that it belongs to. */
  readonly provider: Readonly<Record<string, unknown>>;
}

/** An account at one provider, with real servers of this computer, in which two secrets have a credential each. */
export interface Account {
  /** `provider` of our secret. */
  readonly provider: Readonly<Record<string, unknown>>;
  /** What stands in the administrator's secret, apart from `endpoints`; null: there is none. */
  readonly admin: Readonly<Record<string, unknown>> | null;
  readonly foreign: ForeignCredential;
  /** Keys of the administrator, and tokens that were bought; nobody else may ever hear them. */
  keys(): readonly string[];
  make(provider: Provider, readAdmin: ReadAdmin): RotationProvider;
  /** What its SMTP server says of a login. */
  accepts(username: string, password: string): boolean | Promise<boolean>;
  /** Whether the foreign credential is at the provider what it was, and logs in. */
  isForeignUntouched(): boolean;
  /** Secrets that went to a place at the provider that its administrator did not name. */
  strayed(): readonly string[];
  readonly fetch?: Send;
}

export interface AccountWorld {
  readonly arn: string;
  readonly foreignArn: string;
  readonly now: () => number;
  /** Dials the servers of this computer. */
  readonly network: Network;
}

/** Started once for a kind of provider: each call of `open` is an account that nothing has happened to yet. */
export interface Accounts {
  open(world: AccountWorld): Promise<Account>;
  /** Of databases and receivers that may be dialled. */
  readonly ports: readonly number[];
  close(): Promise<void>;
}

const TOKEN = 'a-rotation-of-the-other'.padEnd(36, '0');
const LOGINS = ['a-orders@mg.example.com', 'b-orders@mg.example.com'];
const PATTERNS = ['a-*@mg.example.com', 'b-*@mg.example.com'];
const FOREIGN_LOGIN = 'a-billing@mg.example.com';

type Handle = (request: ApiRequest) => ApiAnswer | Promise<ApiAnswer>;

function deps(
  { now, network }: AccountWorld,
  readAdmin: ReadAdmin,
  changes: Partial<ProviderDeps>,
): ProviderDeps {
  const iam = changes.iam ?? ({} as IAMClient);
  const waits = { sleep: async () => {}, now, randomBytes, newId: randomUUID };
  return { iam, mintingIam: iam, readAdmin, network, fetch: send, ...waits, ...changes };
}

/** An HTTP API that is the same server for all accounts of a kind. */
async function served() {
  let handle: Handle = () => ({ status: 500 });
  const http = await FaultyHttp.start((request) => handle(request));
  const serve = (next: Handle) => {
    handle = next;
  };
  return { http, serve, close: () => http.close() };
}

async function ses(): Promise<Accounts> {
  const open: Accounts['open'] = async (world) => {
    const users: Readonly<Record<string, InProcessIam>> = {
      orders: new InProcessIam({ 'keyturn:secret': world.arn }, world.now),
      billing: new InProcessIam({ 'keyturn:secret': world.foreignArn }, world.now),
    };
    const send = (command: { input: { UserName?: string } }) => {
      const user = users[command.input.UserName ?? 'orders'];
      if (!user) throw Object.assign(new Error('no such user'), { $metadata: { httpStatusCode: 404 } });
      return user.client.send(command as never);
    };
    const iam = { send } as unknown as IAMClient;
    const key = users.billing?.create();
    if (!key) throw new Error('no foreign key');
    const places = [REGION, 'eu-west-1'];
    return {
      provider: { type: 'ses', userName: 'orders', region: REGION },
      admin: null,
      keys: () => [],
      foreign: {
        id: key.id,
        username: key.id,
        provider: { type: 'ses', userName: 'billing', region: REGION },
      },
      make: (provider, readAdmin) => providerFor(provider, deps(world, readAdmin, { iam })),
      accepts: (username, password) =>
        Object.values(users).some((one) =>
          places.some((place) => one.accepts(username, password, place, false)),
        ),
      isForeignUntouched: () =>
        users.billing?.keys.size === 1 &&
        users.billing.accepts(key.id, sesSmtpPassword(key.secret, REGION), REGION, false),
      strayed: () => [],
    };
  };
  return { open, ports: [], close: async () => {} };
}

/** SendGrid and Resend: keys of one account, each under the name of its secret. */
async function keys(type: 'sendgrid' | 'resend', newApi: () => SendGridApi | ResendApi): Promise<Accounts> {
  const { http, serve, close } = await served();
  const base = { sendgrid: 'https://api.sendgrid.com', resend: 'https://api.resend.com' }[type];
  const routed = routedFetch({ [base]: http.url, 'https://api.eu.sendgrid.com': http.url });
  const open: Accounts['open'] = async (world) => {
    const api = newApi();
    serve(api.handle);
    const foreign = api.add(mintName(world.foreignArn, TOKEN, 50));
    const username = type === 'resend' ? 'resend' : 'apikey';
    return {
      provider: { type, adminSecretId: ADMIN },
      admin: { type, apiKey: api.adminKey },
      keys: () => [api.adminKey],
      foreign: { id: foreign.id, username, provider: { type, adminSecretId: ADMIN } },
      make: (provider, readAdmin) => providerFor(provider, deps(world, readAdmin, { fetch: routed })),
      accepts: (username, password) => api.accepts(username, password),
      isForeignUntouched: () => api.accepts(username, secretOf(foreign)),
      strayed: () => [],
    };
  };
  return { open, ports: [], close };
}

function secretOf(made: { readonly key: string } | { readonly token: string }): string {
  return 'key' in made ? made.key : made.token;
}

async function mailgun(): Promise<Accounts> {
  const { http, serve, close } = await served();
  const routed = routedFetch({ 'https://api.mailgun.net': http.url, 'https://api.eu.mailgun.net': http.url });
  const open: Accounts['open'] = async (world) => {
    const api = new MailgunApi();
    for (const login of [...LOGINS, FOREIGN_LOGIN]) api.passwords.set(login, `the first of ${login}`);
    serve(api.handle);
    return {
      provider: { type: 'mailgun', logins: LOGINS, adminSecretId: ADMIN },
      admin: { type: 'mailgun', apiKey: api.adminKey, domain: api.domain, logins: PATTERNS },
      keys: () => [api.adminKey],
      foreign: loginOf({ type: 'mailgun', adminSecretId: ADMIN }),
      make: (provider, readAdmin) => providerFor(provider, deps(world, readAdmin, { fetch: routed })),
      accepts: (username, password) => api.accepts(username, password),
      isForeignUntouched: () => api.passwords.get(FOREIGN_LOGIN) === `the first of ${FOREIGN_LOGIN}`,
      strayed: () => [],
    };
  };
  return { open, ports: [], close };
}

function loginOf(provider: object): ForeignCredential {
  const logins = [FOREIGN_LOGIN, LOGINS[1]];
  return { id: FOREIGN_LOGIN, username: FOREIGN_LOGIN, provider: { ...provider, logins } };
}

async function webhook(): Promise<Accounts> {
  const { http, serve, close } = await served();
  const front = await startTlsFront(Number(new URL(http.url).port));
  const open: Accounts['open'] = async (world) => {
    const receiver = new WebhookReceiver();
    for (const login of [...LOGINS, FOREIGN_LOGIN]) receiver.passwords.set(login, `the first of ${login}`);
    serve(receiver.handle);
    const { signingSecret } = receiver;
    const place = { url: `https://localhost:${front.port}/keyturn`, ca: front.ca };
    return {
      provider: { type: 'webhook', logins: LOGINS, signingSecretId: ADMIN },
      admin: { type: 'webhook', ...place, signingSecret, logins: PATTERNS },
      keys: () => [signingSecret],
      foreign: loginOf({ type: 'webhook', signingSecretId: ADMIN }),
      make: (provider, readAdmin) => providerFor(provider, deps(world, readAdmin, {})),
      accepts: (username, password) => receiver.accepts(username, password),
      isForeignUntouched: () => receiver.passwords.get(FOREIGN_LOGIN) === `the first of ${FOREIGN_LOGIN}`,
      strayed: () => [],
    };
  };
  return { open, ports: [front.port], close: async () => void (await Promise.all([front.close(), close()])) };
}

async function sql(): Promise<Accounts> {
  const adminPassword = `database-${randomBytes(12).toString('hex')}`;
  const database = await startPostgresql(adminPassword);
  const { port, ca } = database;
  const open: Accounts['open'] = async (world) => {
    database.rows.clear();
    for (const login of [...LOGINS, FOREIGN_LOGIN])
      database.rows.set(login, await recordOf(`the first of ${login}`));
    const untouched = database.rows.get(FOREIGN_LOGIN);
    const table = { database: 'mail', table: 'users', loginColumn: 'login', passwordColumn: 'password' };
    const place = { dialect: 'postgresql', host: 'localhost', port, ca, ...table };
    return {
      provider: { type: 'sql', logins: LOGINS, adminSecretId: ADMIN },
      admin: { type: 'sql', username: 'keyturn', password: adminPassword, ...place, logins: PATTERNS },
      keys: () => [adminPassword],
      foreign: loginOf({ type: 'sql', adminSecretId: ADMIN }),
      make: (provider, readAdmin) => providerFor(provider, deps(world, readAdmin, {})),
      accepts: (username, password) => isRecorded(database, username, password),
      isForeignUntouched: () => database.rows.get(FOREIGN_LOGIN) === untouched,
      strayed: () => [],
    };
  };
  return { open, ports: [port], close: () => database.close() };
}

function recordOf(password: string, salt = randomBytes(16)): Promise<string> {
  return scramRecord(new Redacted(password), salt);
}

async function isRecorded({ rows }: PostgresqlServer, login: string, password: string): Promise<boolean> {
  const record = rows.get(login) ?? '';
  const salt = Buffer.from(record.split(',')[1] ?? '', 'base64');
  return record === (await recordOf(password, salt));
}

async function entra(): Promise<Accounts> {
  const [graph, tokens] = [await served(), await served()];
  const routed = routedFetch({
    'https://graph.microsoft.com': graph.http.url,
    'https://login.microsoftonline.com': tokens.http.url,
  });
  const open: Accounts['open'] = async (world) => {
    const api = new EntraApi();
    api.tags.push(`keyturn:secret=${world.arn}`);
    const { admin, tenantId } = api;
    const other = Object.assign(new EntraApi(), { admin, tenantId, tokens: api.tokens });
    other.tags.push(`keyturn:secret=${world.foreignArn}`);
    const foreign = other.add(mintName(world.foreignArn, TOKEN, 100));
    const seen = tokens.http.requests.length;
    graph.serve((request) => (request.path[2] === other.objectId ? other : api).graph(request));
    tokens.serve((request) => (request.body.includes(other.clientId) ? other : api).token(request));
    return {
      provider: {
        type: 'entra',
        tenantId,
        clientId: api.clientId,
        objectId: api.objectId,
        mailbox: api.mailbox,
        adminSecretId: ADMIN,
      },
      admin: { type: 'entra', tenantId, ...admin },
      keys: () => [admin.clientSecret, ...api.tokens.keys()],
      foreign: {
        id: foreign.keyId,
        username: other.mailbox,
        provider: {
          type: 'entra',
          tenantId: randomUUID(),
          clientId: other.clientId,
          objectId: other.objectId,
          mailbox: 'billing@example.com',
          adminSecretId: ADMIN,
        },
      },
      make: (provider, readAdmin) => providerFor(provider, deps(world, readAdmin, { fetch: routed })),
      accepts: (username, token) => api.acceptsToken(username, token),
      isForeignUntouched: () => other.secrets.size === 1 && other.accepts(other.mailbox, foreign.secretText),
      strayed: () =>
        tokens.http.requests
          .slice(seen)
          .filter(({ path }) => path[0] !== tenantId)
          .map(({ body }) => new URLSearchParams(body).get('client_secret') ?? ''),
      fetch: routed,
    };
  };
  return { open, ports: [], close: async () => void (await Promise.all([graph.close(), tokens.close()])) };
}

/** A person makes these; Keyturn only proves them. */
async function manual(): Promise<Accounts> {
  const open: Accounts['open'] = async () => {
    const foreign = { id: 'billing', username: 'billing', provider: { type: 'manual' } };
    return {
      provider: { type: 'manual' },
      admin: null,
      keys: () => [],
      foreign,
      make: () => ({ kind: 'manual' }),
      accepts: (username, password) => username === 'orders' && password.startsWith(MADE_BY_A_PERSON),
      isForeignUntouched: () => true,
      strayed: () => [],
    };
  };
  return { open, ports: [], close: async () => {} };
}

/** How each password begins that the person makes. */
export const MADE_BY_A_PERSON = 'made-by-a-person-';

/** How to have accounts at each provider that there is. */
export const ACCOUNTS: Readonly<Record<string, () => Promise<Accounts>>> = {
  ses,
  mailgun,
  sendgrid: () => keys('sendgrid', () => new SendGridApi()),
  resend: () => keys('resend', () => new ResendApi()),
  entra,
  sql,
  webhook,
  manual,
};
