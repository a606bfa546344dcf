import { describe, expect, it } from 'vitest';
import { readConfig } from '../../infra/config/config.ts';
import { createAuthority } from '../../sandbox/certificates.ts';
import { certificateOf } from '../support/odd-certificates/chains.ts';
import { otherKeys } from '../support/odd-certificates/keys.ts';

const orders = { type: 'ses', name: 'orders', identity: 'example.com', from: 'orders@example.com' };
const dayIn = (days: number) => new Date(Date.now() + days * 24 * 60 * 60 * 1000).toISOString().slice(0, 10);
const risk = { secret: 'mail/office', check: 'cert.key', reason: 'Replaced in March.', until: dayIn(30) };
const mailgun = { type: 'existing', name: 'mailgun', secretName: 'mail/mailgun' };

/** Each is, holds or lies in a place where the function itself, its cloud, nobody or everybody answers. */
const CLOSED = [
  '0.0.0.0/0',
  '0.0.0.0/1',
  '128.0.0.0/1',
  '64.0.0.0/2',
  '127.0.0.0/8',
  '127.0.0.1/32',
  '126.0.0.0/7',
  '0.0.0.0/8',
  '0.0.0.0/32',
  '169.254.0.0/16',
  '169.254.169.254/32',
  '169.254.170.2/32',
  '169.0.0.0/8',
  '160.0.0.0/4',
  '224.0.0.0/4',
  '255.255.255.255/32',
  '240.0.0.0/8',
  '::/0',
  '::1/128',
  '::/128',
  '::/96',
  '::ffff:0:0/96',
  '::ffff:127.0.0.0/104',
  '::ffff:169.254.169.254/128',
  '64:ff9b::/96',
  '64:ff9b::7f00:1/128',
  'fe80::/10',
  'fe80::1/128',
  'ff02::1/128',
  'fd00:ec2::254/128',
  'fd00:ec2::/32',
  'fd00::/8',
  'fc00::/7',
  '8000::/1',
  '2000::/2',
  '2000::/3',
  '2002:7f00:1::/48',
  '2001:0:7f00:1::/64',
];
/** Networks of one's own, whoever else could reach them. */
const OPENED = [
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.1.0/24',
  '100.64.0.0/10',
  '203.0.113.7/32',
  '9.0.0.0/8',
  'fd12:3456:789a::/48',
  '2001:db8::/32',
  '2600:1f18::/32',
  'fc00::/16',
];
const LONGEST_HOST = `${Array(50).fill('mail').join('.')}.ab`;

describe('readConfig', () => {
  it('fills in every default of an empty configuration', () => {
    expect(readConfig({})).toEqual({
      credentials: [],
      network: { ports: [], networks: [] },
      rotationDays: 30,
      overlapHours: 48,
      soakHours: 72,
      loginBudget: { failures: 4, hostFailures: 4, windowMinutes: 15 },
      auditOptIn: [],
      auditSchedule: 'cron(0 6 * * ? *)',
      securityHub: false,
      nameServers: [],
      dnsOverHttps: 'https://cloudflare-dns.com/dns-query',
      dkimSelectors: [],
      deadManHours: 26,
      acceptedRisks: [],
      reportRetentionDays: 400,
      logRetentionDays: 90,
    });
  });

  it('takes a missing context key for an empty configuration', () => {
    expect(readConfig(undefined)).toEqual(readConfig({}));
  });

  it('accepts both kinds of credential with all they can have', async () => {
    const { cert: ca } = await createAuthority();
    const full = [
      {
        ...orders,
        region: 'eu-west-1',
        regions: ['us-east-1'],
        rotationDays: 7,
        owner: 'team-shop',
        endpoint: { host: 'localhost', port: 2465, security: 'tls', ca },
      },
      { ...mailgun, rotationDays: 60, kmsKeyArn: 'arn:aws:kms:eu-west-1:111122223333:key/0b1c2d3e' },
    ];
    expect(readConfig({ credentials: full }).credentials).toEqual(full);
  });

  it('refuses trusted certificates that the secret could not hold, when it is synthesised', () => {
    const [key] = otherKeys().filter(({ name }) => name === 'EC on an unknown curve');
    const ca = key && certificateOf(key);
    const endpoint = { host: 'localhost', port: 465, ca };
    expect(() => readConfig({ credentials: [{ ...orders, endpoint }] })).toThrow(
      'keyturn.credentials[0].endpoint.ca: expected PEM certificates with RSA, Ed25519, P-256, P-384 or P-521 keys, not an unreadable key',
    );
  });

  it.each([
    ['a subdomain of the identity', { identity: 'example.com', from: 'a@mail.example.com' }],
    ['the identity itself', { identity: 'a@example.com', from: 'A@Example.com' }],
  ])('lets a credential send as %s', (_, sender) => {
    expect(() => readConfig({ credentials: [{ ...orders, ...sender }] })).not.toThrow();
  });

  it.each([
    [{ alertEmail: 'ops' }, 'keyturn.alertEmail: expected an e-mail address, got "ops"'],
    [
      {
        credentials: [
          { ...orders, endpoint: { host: 'localhost', port: 465, ca: '-----BEGIN CERTIFICATE-----' } },
        ],
      },
      'keyturn.credentials[0].endpoint.ca: expected PEM certificates, got "-----BEGIN CERTIFICATE-----"',
    ],
    [
      { credentials: [{ ...orders, endpoint: { host: LONGEST_HOST, port: 465 } }] },
      'keyturn.credentials[0].endpoint: expected a host that fits with its CA into a tag of 256 characters, got an object',
    ],
    [{ securityHub: 'yes' }, 'keyturn.securityHub: expected true or false, got "yes"'],
    [{ digestFrom: 'Audit <a@example.com>' }, 'keyturn.digestFrom: expected an e-mail address'],
    [{ digestFrom: 'a@example.com\nBcc: b@example.com' }, 'keyturn.digestFrom: expected an e-mail address'],
    [
      { dnsOverHttps: 'http://dns.example/' },
      'keyturn.dnsOverHttps: expected an https: URL, got "http://dns.example/"',
    ],
    [
      { nameServers: ['dns.example'] },
      'keyturn.nameServers[0]: expected an IP address, with or without a port, got "dns.example"',
    ],
    [{ dkimSelectors: ['a b'] }, 'keyturn.dkimSelectors[0]: expected a DKIM selector, got "a b"'],
    [{ overlapHour: 3 }, 'keyturn.overlapHour: expected no such setting, got 3'],
    [{ deadManHours: 169 }, 'keyturn.deadManHours: expected a whole number from 1 to 168, got 169'],
    [{ network: { ports: [0] } }, 'keyturn.network.ports[0]: expected a whole number from 1 to 65535, got 0'],
    [
      { network: { networks: ['10.0.0.0'] } },
      'keyturn.network.networks[0]: expected a CIDR block such as 10.1.0.0/16, got "10.0.0.0"',
    ],
    [
      { passwordTables: { subnetIds: ['subnet-0a1b2c3d'] } },
      'keyturn.passwordTables: expected subnetIds together with securityGroupIds, or neither',
    ],
    [
      { passwordTables: { subnetIds: ['vpc-1'] } },
      'keyturn.passwordTables.subnetIds[0]: expected a subnet id',
    ],
    ...CLOSED.map((one): [object, string] => [
      { network: { networks: ['10.0.0.0/8', one] } },
      'keyturn.network.networks[1]: expected a CIDR block of your own network, without loopback,',
    ]),
    [{ network: { networks: ['10.0.0.0/33'] } }, 'keyturn.network.networks[0]: expected a CIDR block'],
    [{ network: { networks: ['fd12::/16', 'all'] } }, 'keyturn.network.networks[1]: expected a CIDR block'],
    [{ network: { port: 25 } }, 'keyturn.network.port: expected no such setting, got 25'],
    [{ rotationDays: 1.5 }, 'keyturn.rotationDays: expected a whole number from 1 to 1000, got 1.5'],
    [
      { loginBudget: { failures: 0 } },
      'keyturn.loginBudget.failures: expected a whole number from 1 to 100, got 0',
    ],
    [
      { loginBudget: { hostFailures: 2 } },
      'keyturn.loginBudget.hostFailures: expected a whole number from 3 to 100, got 2',
    ],
    [
      { loginBudget: { windowMinutes: 0.5 } },
      'keyturn.loginBudget.windowMinutes: expected a whole number from 1 to 1440, got 0.5',
    ],
    [{ soakHours: -1 }, 'keyturn.soakHours: expected hours, 0 or more, got -1'],
    [{ auditSchedule: '6 am' }, 'keyturn.auditSchedule: expected cron(...) or rate(...), got "6 am"'],
    [
      { credentials: [{ ...orders, from: 'x@example.org' }] },
      'keyturn.credentials[0].from: expected an address that the identity may send as, got "x@example.org"',
    ],
    [
      { credentials: [{ ...orders, from: 'x@notexample.com' }] },
      'keyturn.credentials[0].from: expected an address',
    ],
    [
      { credentials: [orders, { type: 'smtp' }] },
      'keyturn.credentials[1].type: expected type "ses" or "existing", got "smtp"',
    ],
    [
      { credentials: [{ type: 'existing', name: 'm' }] },
      'keyturn.credentials[0].secretName: expected a value, got nothing',
    ],
    [
      { credentials: [{ ...orders, endpoint: { host: 'h', port: 0 } }] },
      'keyturn.credentials[0].endpoint.port: expected a whole number from 1 to 65535, got 0',
    ],
    [
      { credentials: [{ ...mailgun, password: 'hunter2' }] },
      'keyturn.credentials[0].password: expected no such setting, got "hunter2"',
    ],
    [
      { credentials: [orders, { ...mailgun, name: 'orders' }] },
      'keyturn.credentials: expected names that differ, not orders twice',
    ],
    [
      { credentials: [orders, { ...mailgun, secretName: 'keyturn/orders' }] },
      'keyturn.credentials: expected secrets that differ, not keyturn/orders twice',
    ],
    [{ logRetentionDays: 91 }, 'keyturn.logRetentionDays: expected a retention that CloudWatch Logs offers'],
    ['30', 'keyturn: expected an object, got "30"'],
  ])('names the bad key of %j', (context, message) => {
    expect(() => readConfig(context)).toThrow(message);
  });

  it('refuses an overlap and soak that outlast a rotation, since IAM holds two keys', () => {
    const daily = { credentials: [{ ...orders, rotationDays: 5 }] };
    expect(() => readConfig(daily)).toThrow(
      'keyturn.overlapHours: expected overlapHours + soakHours shorter than every rotationDays',
    );
    expect(() => readConfig({ ...daily, soakHours: 71 })).not.toThrow();
  });

  it.each([
    [{ reason: ' ' }, '[0].reason: expected why, in 1 to 500 characters, got " "'],
    [{ reason: undefined }, '[0].reason: expected why, in 1 to 500 characters, got nothing'],
    [{ check: 'cert.kye' }, '[0].check: expected the id of a check (docs/checks.md), got "cert.kye"'],
    [{ until: '24.12.2026' }, '[0].until: expected a day, YYYY-MM-DD, got "24.12.2026"'],
    [{ until: dayIn(368) }, `[0].until: expected a day within a year from now, got "${dayIn(368)}"`],
    [{ secret: 'a secret' }, '[0].secret: expected a secret name, not an ARN, got "a secret"'],
    [{ ticket: 7 }, '[0].ticket: expected no such setting, got 7'],
  ])('refuses an accepted risk with %j, and says why', (change, message) => {
    expect(() => readConfig({ acceptedRisks: [{ ...risk, ...change }] })).toThrow(
      `keyturn.acceptedRisks${message}`,
    );
  });

  it.each(OPENED)('opens %s, a network of one’s own', (one) => {
    expect(readConfig({ network: { networks: [one] } }).network.networks).toEqual([one]);
  });

  it('takes hosts on which their owner lets the audit do more', () => {
    const auditOptIn = [
      {
        host: 'mail.example.com',
        checks: ['canary-send', 'open-relay'],
        recipient: 'ada@mailbox.example.org',
      },
      { host: 'email-smtp.eu-central-1.amazonaws.com', checks: ['canary-send'] },
    ];
    expect(readConfig({ auditOptIn }).auditOptIn).toEqual(auditOptIn);
  });

  it.each([
    [{ host: 'https://x', checks: [] }, '[0].host: expected a host name, got "https://x"'],
    [
      { host: 'a.example', checks: ['everything'] },
      '[0].checks[0]: expected one of canary-send, negative-control',
    ],
    [{ host: 'a.example' }, '[0].checks: expected a'],
    [
      { host: 'a.example', checks: [], recipient: 'me' },
      '[0].recipient: expected an e-mail address of yours at another host, got "me"',
    ],
    [{ host: 'a.example', checks: [], all: true }, '[0].all: expected no such setting, got true'],
  ])('refuses %j as an opt-in of the audit', (optIn, message) => {
    expect(() => readConfig({ auditOptIn: [optIn] })).toThrow(`keyturn.auditOptIn${message}`);
  });

  it('refuses accepted risks that contradict each other, or that a state machine could not hold', () => {
    expect(() => readConfig({ acceptedRisks: [risk, risk] })).toThrow(
      'keyturn.acceptedRisks: expected one entry for each secret and check, not cert.key of mail/office twice',
    );
    const many = Array.from({ length: 130 }, (_, at) => ({
      ...risk,
      secret: `mail/${at}`,
      reason: 'ü'.repeat(500),
    }));
    expect(() => readConfig({ acceptedRisks: many })).toThrow('expected at most 128 KiB of accepted risks');
    expect(readConfig({ acceptedRisks: many.slice(10) }).acceptedRisks).toHaveLength(120);
  });

  it('takes an accepted risk of up to a year, and one that is over: that counts again by itself', () => {
    const risks = [
      { ...risk, until: dayIn(365), owner: 'team-mail' },
      { ...risk, check: 'cert.chain', until: '2020-02-29' },
    ];
    expect(readConfig({ acceptedRisks: risks }).acceptedRisks).toEqual(risks);
  });

  it('reports all bad keys at once, a line each', () => {
    const bad = { alertEmail: 'ops', deadManHours: 0 };
    expect(() => readConfig(bad)).toThrow(/keyturn\.alertEmail: .*\n {2}keyturn\.deadManHours: /);
  });
});
