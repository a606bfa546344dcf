import { type Account, ADMIN, FOREIGN } from './account.ts';
import { PROVIDER_FIELDS } from './fields.ts';
import type { Servers } from './lab.ts';

/** What an attacker knows when he writes the secret: all but its password. */
export interface Target {
  readonly servers: Servers;
  readonly account: Account;
  /** As the fields stand there now. */
  readonly value: Readonly<Record<string, unknown>>;
}

/** Fields to be written instead of those that stand there; undefined takes one away. */
export type Edit = Readonly<Record<string, unknown>>;
type Edits = (target: Target) => readonly Edit[];

const edits =
  (field: string, ...values: readonly unknown[]): Edits =>
  () =>
    values.map((value) => ({ [field]: value }));

/** One place more, a real one but for what is changed in it. */
const place =
  (...changes: readonly ((target: Target) => object)[]): Edits =>
  (target) => {
    const { host, port, security, ca } = target.servers.mail;
    const honest = { region: 'eu-west-1', host, port, security, ca, password: 'x' };
    return changes.map((change) => ({ endpoints: [{ ...honest, ...change(target) }] }));
  };

/** Of every secret. Each single change meets a server that a certificate of the secret's own CA vouches for. */
export const COMMON: Readonly<Record<string, Edits>> = {
  host: ({ servers: { otherHost, otherPort, otherCa } }) => [
    { host: otherHost.host },
    { host: otherHost.host, security: undefined },
    { host: 'LOCALHOST.', port: otherPort.port },
    { host: otherHost.host, port: otherPort.port, ca: otherCa },
  ],
  port: ({ servers: { otherPort } }) => [
    { port: otherPort.port },
    { port: String(otherPort.port) },
    { port: 465, host: 'localhost' },
  ],
  security: edits('security', 'starttls', undefined, 'none'),
  ca: ({ servers: { otherCa }, value }) => [
    { ca: otherCa },
    { ca: `${value.ca}${otherCa}` },
    { ca: undefined },
  ],
  endpoints: ({ servers: { otherHost, mail } }) => {
    const evil = { region: 'eu-west-1', host: otherHost.host, port: mail.port, security: 'tls', ca: mail.ca };
    return [{ endpoints: [evil] }, { endpoints: [{ ...evil, password: 'x' }, evil] }, { endpoints: {} }];
  },
  'endpoints.*.host': place(({ servers }) => ({ host: servers.otherHost.host })),
  'endpoints.*.port': place(({ servers }) => ({ port: servers.otherPort.port })),
  'endpoints.*.security': place(
    () => ({ security: 'starttls' }),
    () => ({ security: undefined }),
  ),
  'endpoints.*.ca': place(
    ({ servers }) => ({ ca: servers.otherCa }),
    () => ({ ca: undefined }),
  ),
  'endpoints.*.region': place(
    ({ servers }) => ({ region: 'us-east-1', host: servers.otherHost.host }),
    () => ({ region: 'evil' }),
  ),
  'endpoints.*.password': place(
    () => ({ password: undefined }),
    () => ({ password: 'y' }),
  ),
  from: edits('from', 'billing@example.com', 'not an address'),
  username: ({ account }) => [
    { username: account.foreign.username },
    { username: undefined, password: undefined },
  ],
  credentialId: ({ account }) => [
    { credentialId: account.foreign.id },
    { credentialId: account.foreign.id, username: account.foreign.username },
    { credentialId: '../../..' },
  ],
  accessKeyId: ({ account }) => [
    { accessKeyId: account.foreign.id },
    { accessKeyId: account.foreign.id, credentialId: undefined },
  ],
  password: edits('password', 'chosen-by-the-attacker', undefined),
  authMethod: edits('authMethod', 'LOGIN', 'XOAUTH2', 'OAUTHBEARER', 'PLAIN'),
};

/** Instead of one field of `provider` as it stands there. */
const inProvider =
  (field: string, ...values: readonly (unknown | ((target: Target) => unknown))[]): Edits =>
  (target) =>
    values.map((value) => {
      const written = typeof value === 'function' ? value(target) : value;
      return { provider: { ...target.account.provider, [field]: written } };
    });

const foreign = (field: string) =>
  inProvider(field, (target: Target) => target.account.foreign.provider[field]);

const several =
  (...all: readonly Edits[]): Edits =>
  (target) =>
    all.flatMap((one) => one(target));

/** Secrets that an attacker may name as his administrator's: another credential, none, and the right one elsewhere. */
const ADMINS = [
  FOREIGN,
  'admin/none',
  `arn:aws:secretsmanager:eu-west-1:123456789012:secret:${ADMIN}-AbCdEf`,
];

/** Where a password, or the administrator's key, once went; whatever a secret says there must count for nothing. */
const PLACES: Edits = ({ account, servers: { otherHost, otherPort, mail } }) => {
  const url = `https://${otherHost.host}:${mail.port}/keyturn`;
  const place = { host: otherHost.host, port: mail.port, ca: mail.ca, url, baseUrl: url, endpoints: [] };
  return [
    { provider: { ...account.provider, ...place } },
    { provider: { ...account.provider, ...place, host: 'localhost', port: otherPort.port } },
    { provider: { ...account.provider, table: 'admins', database: 'x', domain: 'evil.example' } },
  ];
};

/** The other types, with what the secret has at hand; and none at all. */
const TYPES: Edits = ({ account }) => {
  const atHand = { ...account.provider, ...account.foreign.provider };
  const names = { adminSecretId: ADMIN, signingSecretId: ADMIN, logins: ['a-orders@mg.example.com'] };
  const ses = { userName: 'billing', region: 'us-east-1' };
  return [
    ...Object.keys(PROVIDER_FIELDS).map((type) => ({ provider: { ...names, ...ses, ...atHand, type } })),
    { provider: undefined },
  ];
};

const LOGINS = {
  'provider.logins': foreign('logins'),
  'provider.logins.*': inProvider(
    'logins',
    ['a-billing@mg.example.com'],
    ['A-ORDERS@mg.example.com'],
    ['a-*@mg.example.com'],
  ),
};
const ADMIN_ID = { 'provider.adminSecretId': inProvider('adminSecretId', ...ADMINS) };
const TYPE = { 'provider.type': several(TYPES, PLACES) };

export const BY_TYPE: Readonly<Record<string, Readonly<Record<string, Edits>>>> = {
  ses: {
    ...TYPE,
    'provider.userName': several(foreign('userName'), inProvider('userName', '../billing')),
    'provider.region': inProvider('region', 'eu-west-1', 'cn-north-1', 'evil.example/'),
    'provider.regions': ({ account, servers }) => {
      const { host } = servers.otherHost;
      const { port, ca } = servers.mail;
      const provider = { ...account.provider, regions: ['eu-west-1'] };
      return [
        { provider },
        { provider, endpoints: [{ region: 'eu-west-1', host, port, security: 'tls', ca }] },
      ];
    },
    'provider.regions.*': inProvider('regions', ['evil'], ['xx-evil-1']),
  },
  mailgun: {
    ...TYPE,
    ...LOGINS,
    ...ADMIN_ID,
    'provider.region': inProvider('region', 'eu', 'evil'),
  },
  sendgrid: { ...TYPE, ...ADMIN_ID, 'provider.region': inProvider('region', 'eu', 'evil') },
  resend: { ...TYPE, ...ADMIN_ID, 'provider.domainId': inProvider('domainId', 'all') },
  entra: {
    ...TYPE,
    'provider.tenantId': several(foreign('tenantId'), inProvider('tenantId', '../evil')),
    'provider.clientId': foreign('clientId'),
    'provider.objectId': several(foreign('objectId'), (target) => {
      const { clientId, objectId } = target.account.foreign.provider;
      return [{ provider: { ...target.account.provider, clientId, objectId } }];
    }),
    'provider.mailbox': foreign('mailbox'),
    ...ADMIN_ID,
    'provider.lifetimeDays': inProvider('lifetimeDays', 1, 10_000),
  },
  sql: { ...TYPE, ...LOGINS, ...ADMIN_ID },
  webhook: { ...TYPE, ...LOGINS, 'provider.signingSecretId': inProvider('signingSecretId', ...ADMINS) },
  manual: TYPE,
};
