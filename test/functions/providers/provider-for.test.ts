import { readFileSync } from 'node:fs';
import { IAMClient } from '@aws-sdk/client-iam';
import { describe, expect, test } from 'vitest';
import { Network } from '../../../functions/net/network.ts';
import type { RotationProvider } from '../../../functions/providers/provider.ts';
import { type ProviderDeps, providerFor } from '../../../functions/providers/provider-for.ts';
import { PROVIDER_TYPES, type Provider, parseSecret } from '../../../functions/providers/secret.ts';

const PAGE = readFileSync(new URL('../../../docs/adding-a-provider.md', import.meta.url), 'utf8');
const GUID = '6f1d5b3e-8a0c-4f55-9d0e-2b7a5c1e4d3f';
const logins = ['one@mg.example.com', 'two@mg.example.com'];

/** As it stands in a secret, with the fields that must be there. */
const SETTINGS: Readonly<Record<string, object>> = {
  ses: { userName: 'orders', region: 'us-east-1' },
  mailgun: { logins, adminSecretId: 'admin' },
  sendgrid: { adminSecretId: 'admin' },
  resend: { adminSecretId: 'admin' },
  entra: {
    tenantId: GUID,
    clientId: GUID,
    objectId: GUID,
    mailbox: 'orders@example.com',
    adminSecretId: 'admin',
  },
  sql: { logins, adminSecretId: 'admin' },
  webhook: { logins, signingSecretId: 'admin' },
  manual: {},
};

const deps: ProviderDeps = {
  iam: new IAMClient({ region: 'us-east-1' }),
  mintingIam: new IAMClient({ region: 'us-east-1' }),
  fetch: () => Promise.reject(new Error('asked')),
  readAdmin: () => Promise.reject(new Error('asked')),
  sleep: () => Promise.reject(new Error('asked')),
  now: () => 0,
  network: new Network({ ports: [], networks: [] }),
  newId: () => 'id',
  randomBytes: (size) => Buffer.alloc(size),
};

function settingsOf(type: string): Provider {
  const parsed = parseSecret(
    JSON.stringify({ host: 'smtp.example.com', port: 465, provider: { type, ...SETTINGS[type] } }),
  );
  if (parsed.kind !== 'seed') throw new Error(JSON.stringify(parsed));
  return parsed.provider;
}

/** The rows of the first table of the page that has these headings. */
function tableOf(...headings: string[]): string[][] {
  const cells = (line: string) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim().replaceAll('`', ''));
  const lines = PAGE.split('\n');
  const start = lines.findIndex((line) => cells(line).slice(0, headings.length).join() === headings.join());
  const rows = lines.slice(start + 2);
  return rows
    .slice(
      0,
      rows.findIndex((line) => !line.startsWith('|')),
    )
    .map(cells);
}

function declared(provider: RotationProvider): string[] {
  const yes = (fact: boolean) => (fact ? 'yes' : 'no');
  const number = (limit: number | null) => String(limit ?? '-');
  switch (provider.kind) {
    case 'issuing': {
      const { limit, reversible, lastUsed, keepsNames, nameLimit } = provider;
      return ['issuing', number(limit), yes(reversible), yes(lastUsed), yes(keepsNames), number(nameLimit)];
    }
    case 'setting':
      return ['setting', '-', '-', '-', number(provider.passwordLimit)];
    case 'manual':
      return ['manual', '-', '-', '-', '-', '-'];
  }
}

describe('the page on providers', () => {
  const rows = tableOf('type', 'kind');

  test('lists all providers that a secret may name, and no others', () => {
    expect(rows.map(([type]) => type)).toEqual(PROVIDER_TYPES);
  });

  test.each(PROVIDER_TYPES)('says of %s what its class declares', (type) => {
    const provider = providerFor(settingsOf(type), deps);
    const [, ...row] = rows.find(([name]) => name === type) ?? [];
    if (provider.kind !== 'setting') return expect(row).toEqual(declared(provider));
    const [kind, many, ...others] = row;
    expect([kind, ...others]).toEqual(declared(provider));
    expect(many).toMatch(new RegExp(`\\b${provider.logins.length} logins$`));
  });

  test('names the fields of each provider that has an HTTP API or IAM', () => {
    const fields = Object.fromEntries(
      tableOf('type', 'value').map(([type = '', , , names = '']) => [type, names]),
    );
    for (const [type, names] of Object.entries(fields)) {
      for (const field of Object.keys(SETTINGS[type] ?? {})) expect(names).toContain(field);
    }
    expect(Object.keys(fields)).toEqual(['ses', 'mailgun', 'sendgrid', 'resend']);
  });

  test('shows code that stands in the files that it names', () => {
    const blocks = [...PAGE.matchAll(/^( *)```ts (\S+)\n([\s\S]*?)^ *```/gm)];
    expect(blocks.length).toBeGreaterThan(4);
    for (const [, indent = '', path = '', block = ''] of blocks) {
      const code = block.replaceAll(new RegExp(`^${indent}`, 'gm'), '').trimEnd();
      const file = readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');
      expect(file, path).toContain(code);
    }
  });
});

describe('a provider in a secret', () => {
  test.each(PROVIDER_TYPES)('%s is told nothing before it is asked', (type) => {
    expect(providerFor(settingsOf(type), deps).kind).toMatch(/^(issuing|setting|manual)$/);
  });

  test.each([
    ['$.provider.type', { type: 'postmark' }],
    ['$.provider.regions.0', { type: 'ses', userName: 'orders', region: 'us-east-1', regions: ['Mars'] }],
    ['$.provider.adminSecretId', { type: 'sendgrid' }],
    ['$.provider.region', { type: 'sendgrid', adminSecretId: 'admin', region: 'us-east-1' }],
    ['$.provider.domainId', { type: 'resend', adminSecretId: 'admin', domainId: 'd91cd9bd' }],
    ['$.provider.logins', { ...SETTINGS.mailgun, type: 'mailgun', logins: [logins[0], logins[0]] }],
    ['$.provider.logins.1', { ...SETTINGS.mailgun, type: 'mailgun', logins: [logins[0]] }],
    ['$.provider.logins.0', { ...SETTINGS.mailgun, type: 'mailgun', logins: ['', logins[0]] }],
  ])('is malformed at %s', (path, provider) => {
    const parsed = parseSecret(JSON.stringify({ host: 'smtp.example.com', port: 465, provider }));
    expect(parsed).toMatchObject({ kind: 'malformed', path });
  });
});
