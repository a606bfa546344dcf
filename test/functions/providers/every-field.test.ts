import { randomBytes, randomUUID } from 'node:crypto';
import { IAMClient } from '@aws-sdk/client-iam';
import { afterAll, describe, expect, test } from 'vitest';
import { Network } from '../../../functions/net/network.ts';
import { adminSecrets } from '../../../functions/providers/admin-secret.ts';
import { providerFor } from '../../../functions/providers/provider-for.ts';
import { parseSecret } from '../../../functions/providers/secret.ts';
import { newPassword } from '../../../functions/secrets/redacted.ts';
import { SecretStore } from '../../../functions/secrets/store.ts';
import { arnOf, InProcessSecretsManager } from '../../support/aws/secrets-manager.ts';

const NAME = 'keyturn/orders';
/** On a busy machine. */
const LIMIT_MS = 60_000;
const GUID = '6f1d5b3e-8a0c-4f55-9d0e-2b7a5c1e4d3f';
const OTHER_GUID = '00000000-8a0c-4f55-9d0e-2b7a5c1e4d3f';
const TENANT = '11111111-8a0c-4f55-9d0e-2b7a5c1e4d3f';
const logins = ['orders-a@mg.example.com', 'orders-b@mg.example.com'];
const patterns = ['*-a@mg.example.com', '*-b@mg.example.com'];
const table = { database: 'mail', table: 'users', loginColumn: 'login', passwordColumn: 'password' };
const database = { dialect: 'postgresql', host: 'db.example.com', ...table };
const signingSecret = `whsec_${Buffer.alloc(24).toString('base64')}`;
const ELSEWHERE = 'evil.example.com';

/** Each kind that has an administrator: what stands in the secret, what in the administrator's, and where its calls may go. */
const KINDS = {
  mailgun: {
    provider: { logins, adminSecretId: 'admin/mailgun' },
    admin: { apiKey: 'key-of-mailgun', domain: 'mg.example.com', logins: patterns },
    hosts: ['api.mailgun.net', 'api.eu.mailgun.net'],
  },
  sendgrid: {
    provider: { adminSecretId: 'admin/sendgrid' },
    admin: { apiKey: 'key-of-sendgrid' },
    hosts: ['api.sendgrid.com', 'api.eu.sendgrid.com'],
  },
  resend: {
    provider: { adminSecretId: 'admin/resend' },
    admin: { apiKey: 'key-of-resend' },
    hosts: ['api.resend.com'],
  },
  entra: {
    provider: {
      ...{ tenantId: TENANT, clientId: GUID, objectId: GUID, mailbox: 'orders@example.com' },
      adminSecretId: 'admin/entra',
    },
    admin: { tenantId: TENANT, clientId: OTHER_GUID, clientSecret: 'key-of-entra' },
    hosts: ['login.microsoftonline.com', 'graph.microsoft.com'],
  },
  sql: {
    provider: { logins, adminSecretId: 'admin/sql' },
    admin: { username: 'keyturn', password: 'key-of-sql', ...database, logins: patterns },
    hosts: ['db.example.com'],
  },
  webhook: {
    provider: { logins, signingSecretId: 'admin/webhook' },
    admin: { signingSecret, url: 'https://hooks.example.com/', logins: patterns },
    hosts: ['hooks.example.com'],
  },
} as const;
type Kind = keyof typeof KINDS;
const NAMES = Object.keys(KINDS) as Kind[];

/** What a secret could once say, and every field that any provider or administrator has. */
const FIELDS = [
  ...new Set(
    NAMES.flatMap((kind) => ['type', ...Object.keys({ ...KINDS[kind].provider, ...KINDS[kind].admin })]),
  ),
  ...[
    'port',
    'schema',
    'ca',
    'region',
    'regions',
    'domainId',
    'lifetimeDays',
    'endpoints',
    'baseUrl',
    'userName',
  ],
];
const VALUES = [
  ...[ELSEWHERE, `https://${ELSEWHERE}/`, `orders-a@${ELSEWHERE}`, OTHER_GUID, '../admin', 'eu', 25, ''],
  ...[
    ['invoices-a@mg.example.com', 'invoices-b@mg.example.com'],
    ['invoices-a@mg.example.com'],
    logins.toReversed(),
  ],
  ...NAMES,
  ...NAMES.map((kind) => `admin/${kind}`),
  ...['admin/of-another', arnOf('admin/mailgun', 'eu-west-1'), 'keyturn/invoices'],
];

const STORE = new SecretStore(secrets().client);

interface Sent {
  readonly host: string;
  readonly text: string;
}

/** All that leaves when a provider, as the secret names it, is asked for everything that it can do. */
async function sentBy(provider: object): Promise<readonly Sent[] | 'malformed'> {
  const parsed = parseSecret(JSON.stringify({ host: 'smtp.example.com', port: 465, provider }));
  if (parsed.kind !== 'seed') return 'malformed';
  const sent: Sent[] = [];
  const network = new Network(
    { ports: [25, 443, 5432], networks: [] },
    {
      resolve4: async () => [],
      resolve6: async () => [],
      lookup: async (host) => {
        sent.push({ host, text: '' });
        return [];
      },
    },
  );
  const iam = Object.assign(Object.create(IAMClient.prototype), { send: async () => ({ Tags: [] }) });
  const named = providerFor(parsed.provider, {
    ...{ iam, mintingIam: iam, network, randomBytes, newId: randomUUID },
    ...{ sleep: async () => {}, now: Date.now, longestCallMs: 1000 },
    fetch: async (request, init) => {
      const asked = new Request(request, init);
      const text = `${asked.url} ${asked.headers.get('authorization')} ${await asked.clone().text()}`;
      sent.push({ host: new URL(asked.url).hostname, text });
      const isToken = asked.url.includes('oauth2');
      return isToken
        ? Response.json({ access_token: 'token', expires_in: 3599, token_type: 'Bearer' })
        : GONE();
    },
    readAdmin: adminSecrets(STORE, { arn: arnOf(NAME), name: NAME }),
  });
  const calls =
    named.kind === 'setting'
      ? [...named.logins, 'invoices-a@mg.example.com'].map((login) => () => named.set(login, newPassword(32)))
      : named.kind === 'issuing'
        ? [() => named.owner(), () => named.list(), () => named.mint('name')]
        : [];
  for (const call of calls) await call().catch(() => {});
  return sent;
}

const GONE = () => new Response('{}', { status: 404 });

function secrets(): InProcessSecretsManager {
  const all = new InProcessSecretsManager();
  const managed = { 'keyturn:managed': 'true' };
  for (const kind of NAMES) {
    const value = JSON.stringify({ type: kind, ...KINDS[kind].admin });
    all.create(`admin/${kind}`, value, { ...managed, 'keyturn:admin-for': 'keyturn/' });
  }
  const other = { type: 'sql', ...KINDS.sql.admin, host: ELSEWHERE, password: 'key-of-another' };
  all.create('admin/of-another', JSON.stringify(other), { ...managed, 'keyturn:admin-for': 'billing/' });
  all.create('keyturn/invoices', JSON.stringify(other), managed);
  return all;
}

describe('each field of a secret, changed by somebody who may write nothing else', {
  timeout: LIMIT_MS,
}, () => {
  let tried = 0;
  afterAll(() =>
    console.log(
      `${FIELDS.length} fields x ${VALUES.length} values x ${NAMES.length} kinds: ${tried} secrets`,
    ),
  );

  test.each(NAMES)(
    '%s: no key leaves for a place that nobody allowed, and no login of others is named',
    async (kind) => {
      const provider = { type: kind, ...KINDS[kind].provider };
      const honest = await sentBy(provider);
      expect(honest).not.toBe('malformed');
      expect(new Set((honest as Sent[]).map(({ host }) => host)).size).toBeGreaterThan(0);
      const changes = FIELDS.flatMap((field) => VALUES.map((value) => ({ [field]: value })));
      for (const change of changes) {
        const sent = await sentBy({ ...provider, ...change });
        tried += 1;
        const harm = sent === 'malformed' ? [] : sent.filter(isHarm);
        expect(harm, JSON.stringify(change)).toEqual([]);
      }
    },
  );
});

/** A key at a place that is not its own, a place that is nobody's, or something of another secret's. */
function isHarm({ host, text }: Sent): boolean {
  const keys = NAMES.filter((one) => text.includes(`key-of-${one}`) || text.includes(basic(one)));
  const allowed: readonly string[] = (keys.length > 0 ? keys : NAMES).flatMap((one) => [...KINDS[one].hosts]);
  return !allowed.includes(host) || /invoices|key-of-another|evil/.test(text);
}

function basic(kind: Kind): string {
  return Buffer.from(`api:key-of-${kind}`).toString('base64');
}
