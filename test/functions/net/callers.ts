import { setTimeout as sleep } from 'node:timers/promises';
import { IAMClient, ListAccessKeysCommand } from '@aws-sdk/client-iam';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import pLimit from 'p-limit';
import { breaches } from '../../../functions/audit/facts/aws-facts.ts';
import { ReportBucket } from '../../../functions/audit/run/report-bucket.ts';
import { BoundedHandler } from '../../../functions/aws.ts';
import { policyOver } from '../../../functions/mail-domain/mta-sts/mta-sts.ts';
import { DnsOverHttps } from '../../../functions/net/dns/over-https.ts';
import type { Send } from '../../../functions/net/http.ts';
import { Network } from '../../../functions/net/network.ts';
import { send } from '../../../functions/net/send.ts';
import { requestToken } from '../../../functions/providers/access-token.ts';
import { EntraSecrets } from '../../../functions/providers/entra.ts';
import { MailgunLogins } from '../../../functions/providers/mailgun.ts';
import { ResendKeys } from '../../../functions/providers/resend.ts';
import { SendGridKeys } from '../../../functions/providers/sendgrid.ts';
import { post } from '../../../functions/providers/webhook.ts';
import { Redacted } from '../../../functions/secrets/redacted.ts';
import { adminOf } from '../../support/providers/admin-of.ts';

/**
 * A process of its own, whose end is what is looked for: each caller of HTTP asks each hostile server (HOSTILE_SERVERS, JSON; HOSTILE_AT_ONCE of them at a time), and
 * then it prints what came of it and how much memory it took at most.
 */

export interface HostileServer {
  readonly answer: string;
  readonly http: number;
  readonly https: number;
  readonly ca: string;
  /** It ends by a deadline alone: only who can be given one asks. */
  readonly hangs: boolean;
}

export interface Told {
  /** `caller: answer`, and what came of it in a word. */
  readonly outcomes: readonly (readonly [string, string, string])[];
  /** The most that the process took (MiB) beyond what it took before the first request. */
  readonly grownMiB: number;
}

const LIMIT_MS = 400;
const GUID = '00000000-0000-0000-0000-000000000000';

type Call = (server: HostileServer) => Promise<unknown>;

/** All of a caller that has its host built in goes to the hostile server instead. */
const routed =
  ({ http }: HostileServer): Send =>
  (input, init) => {
    const url = input instanceof Request ? input.url : String(input);
    const { pathname, search } = new URL(url);
    const target = `http://127.0.0.1:${http}${pathname}${search}`;
    return send(input instanceof Request ? new Request(target, input) : target, init);
  };

/** As in functions/aws.ts, with less patience. */
const TIMES = { connectionTimeout: 1000, requestTimeout: 1000, throwOnRequestTimeout: true };

const awsAt = (to: HostileServer) => ({
  endpoint: base(to),
  region: 'eu-central-1',
  credentials: { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'secret' },
  maxAttempts: 1,
  requestHandler: new BoundedHandler(TIMES),
});

const bucketAt = (to: HostileServer) => {
  const requestHandler = new BoundedHandler(TIMES, { objects: true });
  return new ReportBucket(new S3Client({ ...awsAt(to), requestHandler }), 'reports');
};

const networkTo = ({ https }: HostileServer) => {
  const none = () => Promise.reject(Object.assign(new Error('no name'), { code: 'ENOTFOUND' }));
  const resolve4 = async () => [{ address: '127.0.0.1', ttl: 60 }];
  return new Network(
    { ports: [https], networks: ['127.0.0.0/8'] },
    { resolve4, resolve6: none, lookup: none },
  );
};

const depsFor = (server: HostileServer, type: string) => ({
  fetch: routed(server),
  sleep: async () => {},
  now: Date.now,
  longestCallMs: server.hangs ? LIMIT_MS : 20_000,
  readAdmin: adminOf({
    ...{ type, apiKey: 'key', domain: 'mg.example', logins: ['a@mg.example', 'b@mg.example'] },
    ...{ tenantId: GUID, clientId: GUID, clientSecret: 'secret' },
  }),
});

const base = ({ http }: HostileServer) => `http://127.0.0.1:${http}`;
const admin = { adminSecretId: 'admin' } as const;

const PROVIDERS: Readonly<Record<string, Call>> = {
  'SendGrid list': (to) =>
    new SendGridKeys({ type: 'sendgrid', ...admin }, depsFor(to, 'sendgrid'), base(to)).list(),
  'SendGrid mint': (to) =>
    new SendGridKeys({ type: 'sendgrid', ...admin }, depsFor(to, 'sendgrid'), base(to)).mint('x'),
  'Resend list': (to) => new ResendKeys({ type: 'resend', ...admin }, depsFor(to, 'resend'), base(to)).list(),
  'Resend mint': (to) =>
    new ResendKeys({ type: 'resend', ...admin }, depsFor(to, 'resend'), base(to)).mint('x'),
  'Resend remove': (to) =>
    new ResendKeys({ type: 'resend', ...admin }, depsFor(to, 'resend'), base(to)).remove('x'),
  'Mailgun set': (to) => {
    const provider = { type: 'mailgun', ...admin } as const;
    return new MailgunLogins(
      { ...provider, logins: ['a@mg.example', 'b@mg.example'] },
      depsFor(to, 'mailgun'),
      base(to),
    ).set('a@mg.example', new Redacted('p'));
  },
  'Graph list': (to) => {
    const provider = {
      type: 'entra',
      tenantId: GUID,
      clientId: GUID,
      objectId: GUID,
      mailbox: 'a@b.example',
      ...admin,
    } as const;
    return new EntraSecrets(provider, depsFor(to, 'entra')).list();
  },
};

const ADJUSTABLE: Readonly<Record<string, Call>> = {
  ...PROVIDERS,
  'Entra token': (to) =>
    requestToken(
      { tenantId: GUID, clientId: GUID, clientSecret: new Redacted('x') },
      'scope',
      to.hangs ? LIMIT_MS : 20_000,
      routed(to),
    ),
  'MTA-STS policy': (to) =>
    policyOver(networkTo(to), { port: to.https, ca: to.ca }, to.hangs ? LIMIT_MS : 20_000)('a.example'),
  webhook: (to) => {
    const url = new URL(`https://mta-sts.a.example:${to.https}/hook`);
    return post({ url, headers: {}, body: '{}', ca: to.ca }, networkTo(to), to.hangs ? LIMIT_MS : 20_000);
  },
};

const OTHERS: Readonly<Record<string, Call>> = {
  'DNS over HTTPS': (to) => new DnsOverHttps(`${base(to)}/dns-query`, send).security('a.example', 'SOA'),
  'Have I Been Pwned': (to) => breaches(new Redacted('x'), routed(to)),
  // One of each protocol that the SDK speaks.
  'Secrets Manager': (to) =>
    new SecretsManagerClient(awsAt(to)).send(new GetSecretValueCommand({ SecretId: 'mail/ada' })),
  IAM: (to) => new IAMClient(awsAt(to)).send(new ListAccessKeysCommand({ UserName: 'orders' })),
  'Lambda invoke': (to) =>
    new LambdaClient(awsAt(to)).send(new InvokeCommand({ FunctionName: 'keyturn-validate' })),
  'S3 get': (to) => bucketAt(to).getJson('audits/latest.json'),
  'S3 put': (to) => bucketAt(to).putCompressed('audits/latest.json', {}),
  'S3 head': (to) => bucketAt(to).has('audits/latest.json'),
  'S3 link lines': async (to) => {
    // As slowly as lines are worked on.
    for await (const _ of (await bucketAt(to).getLines('plan')) ?? []) await sleep(1);
  },
};

async function outcomeOf(name: string, call: Call, to: HostileServer): Promise<[string, string, string]> {
  const came = await call(to).then(
    (value) => (typeof value === 'object' && value && 'kind' in value ? String(value.kind) : 'resolved'),
    (error: unknown) =>
      error instanceof Error ? String(Reflect.get(error, 'reason') ?? error.name) : 'thrown',
  );
  return [name, to.answer, came];
}

async function main(servers: readonly HostileServer[]): Promise<void> {
  const before = process.resourceUsage().maxRSS;
  const outcomes: [string, string, string][] = [];
  const atOnce = Number(process.env.HOSTILE_AT_ONCE);
  const limit = pLimit(atOnce);
  const askAll = async (to: HostileServer) => {
    const callers = Object.entries(to.hangs ? ADJUSTABLE : { ...ADJUSTABLE, ...OTHERS });
    // Alone where the memory counts.
    const each = pLimit(atOnce === 1 ? 1 : callers.length);
    outcomes.push(...(await each.map(callers, ([name, call]) => outcomeOf(name, call, to))));
  };
  await limit.map(servers, askAll);
  const told: Told = { outcomes, grownMiB: Math.round((process.resourceUsage().maxRSS - before) / 1024) };
  process.stdout.write(JSON.stringify(told));
}

await main(JSON.parse(process.env.HOSTILE_SERVERS ?? '[]'));
