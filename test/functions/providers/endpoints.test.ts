import { randomBytes, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { IAMClient } from '@aws-sdk/client-iam';
import { expect, test } from 'vitest';
import { Network } from '../../../functions/net/network.ts';
import { providerFor } from '../../../functions/providers/provider-for.ts';
import { PROVIDER_TYPES, type Provider } from '../../../functions/providers/secret.ts';
import { canonicalEndpoint, spelt } from '../../../functions/secrets/endpoint.ts';

import { adminOf } from '../../support/providers/admin-of.ts';

const PAGE = readFileSync(new URL('../../../docs/adding-a-provider.md', import.meta.url), 'utf8');
const GUID = '6f1d5b3e-8a0c-4f55-9d0e-2b7a5c1e4d3f';
const LOGINS: [string, string] = ['one@mg.example.com', 'two@mg.example.com'];
const ADMIN = { adminSecretId: 'admin' };
const ENTRA = { tenantId: GUID, clientId: GUID, objectId: GUID, mailbox: 'orders@example.com', ...ADMIN };
const ALL = [465, 587, 2465, 2587];
const SES = { type: 'ses', userName: 'orders' } as const;

/** What each provider calls its own; what its administrator's secret names comes besides. */
const CASES: readonly (readonly [Provider, readonly string[], readonly number[]])[] = [
  [
    { ...SES, region: 'us-east-1' },
    ['email-smtp.us-east-1.amazonaws.com', 'email-smtp-fips.us-east-1.amazonaws.com'],
    ALL,
  ],
  [
    { ...SES, region: 'us-west-2', regions: ['eu-west-1'] },
    ['email-smtp', 'email-smtp-fips'].flatMap((name) =>
      ['us-west-2', 'eu-west-1'].map((region) => `${name}.${region}.amazonaws.com`),
    ),
    ALL,
  ],
  [{ ...SES, region: 'cn-north-1' }, ['email-smtp.cn-north-1.amazonaws.com.cn'], ALL],
  [{ type: 'mailgun', logins: LOGINS, ...ADMIN }, ['smtp.mailgun.org'], [465, 587]],
  [{ type: 'mailgun', logins: LOGINS, ...ADMIN, region: 'eu' }, ['smtp.eu.mailgun.org'], [465, 587]],
  [{ type: 'sendgrid', ...ADMIN }, ['smtp.sendgrid.net'], [465, 587]],
  [{ type: 'sendgrid', ...ADMIN, region: 'eu' }, ['smtp.eu.sendgrid.net'], [465, 587]],
  [{ type: 'resend', ...ADMIN }, ['smtp.resend.com'], ALL],
  [{ type: 'entra', ...ENTRA }, ['smtp.office365.com'], [587]],
  [{ type: 'sql', logins: LOGINS, ...ADMIN }, [], []],
  [{ type: 'webhook', logins: LOGINS, signingSecretId: 'admin' }, [], []],
  [{ type: 'manual' }, [], []],
];

const TABLE = { dialect: 'mysql', host: 'db.example.com', database: 'mail', table: 'users' };
/** All that any administrator's secret must have. */
const HELD = {
  ...{
    apiKey: 'key',
    domain: 'mg.example.com',
    logins: LOGINS,
    tenantId: GUID,
    clientId: GUID,
    clientSecret: 's',
  },
  ...{ username: 'keyturn', password: 'p', ...TABLE, loginColumn: 'login', passwordColumn: 'password' },
  ...{ url: 'https://hooks.example.com/', signingSecret: `whsec_${Buffer.alloc(24).toString('base64')}` },
  endpoints: [{ host: 'Named.example.com', port: 2525 }],
};

async function endpointsOf(provider: Provider): Promise<readonly string[]> {
  const iam = new IAMClient({ region: 'us-east-1' });
  const made = providerFor(provider, {
    iam,
    mintingIam: iam,
    readAdmin: adminOf({ ...HELD, type: provider.type }),
    network: new Network({ ports: [], networks: [] }),
    fetch: () => Promise.reject(new Error('asked')),
    sleep: async () => {},
    now: Date.now,
    randomBytes,
    newId: randomUUID,
  });
  if (made.kind === 'manual') return [];
  return (await made.endpoints()).map((one) => spelt(canonicalEndpoint(one)));
}

test.each(CASES)(
  'passwords of %j go to its own hosts, and where its administrator says',
  async (provider, hosts, ports) => {
    const own = hosts.flatMap((host) =>
      ports.map((port) => `${port === 465 || port === 2465 ? 'smtps' : 'smtp'}://${host}:${port}`),
    );
    const hasAdmin = provider.type !== 'ses' && provider.type !== 'manual';
    const expected = [...own, ...(hasAdmin ? ['smtp://named.example.com:2525'] : [])];
    expect([...(await endpointsOf(provider))].toSorted()).toEqual(expected.toSorted());
  },
);

test('the page on providers names them all, and no others', () => {
  const section = PAGE.split('## Where its passwords may go')[1]?.split('\n## ')[0] ?? '';
  const rows = new Map(
    [...section.matchAll(/^\| `(\w+)` \|([^|]*)\|([^|]*)\|$/gm)].map(
      ([, type = '', hosts = '', ports = '']) => [
        type,
        {
          hosts: [...hosts.matchAll(/`([^`]+)`/g)].map(([, host]) => host),
          ports: ports.match(/\d+/g) ?? [],
        },
      ],
    ),
  );
  expect([...rows.keys()]).toEqual(['type', ...PROVIDER_TYPES]);
  for (const type of PROVIDER_TYPES) {
    const own = CASES.filter(([provider]) => provider.type === type);
    const regions = (host: string) => host.replace(/(?<=fips\.|smtp\.)\w+-\w+-\d(?=\.amazonaws)/, '<region>');
    expect([type, new Set(rows.get(type)?.hosts)]).toEqual([
      type,
      new Set(own.flatMap(([, hosts]) => hosts.map(regions))),
    ]);
    expect(rows.get(type)?.ports.map(Number)).toEqual(own[0]?.[2]);
  }
});
