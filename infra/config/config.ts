import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import * as v from 'valibot';
import { CATALOGUE } from '../../functions/audit/checks/catalogue.ts';
import { optInSchema } from '../../functions/audit/settings.ts';
import { isNetwork, mayBeOpened } from '../../functions/net/address-guard.ts';
import { credential, secretNameOf } from './credential.ts';
import {
  email,
  hours,
  httpsUrl,
  nameServer,
  rotationDays,
  schedule,
  secretName,
  selector,
  shape,
  text,
  twice,
  wholeNumber,
} from './values.ts';

const cidr = v.pipe(
  v.string('a CIDR block such as 10.1.0.0/16'),
  v.check(isNetwork, 'a CIDR block such as 10.1.0.0/16'),
  v.check(
    mayBeOpened,
    'a CIDR block of your own network, without loopback, link-local, metadata, multicast or reserved addresses in it (so none as wide as 0.0.0.0/0)',
  ),
);

/** What Keyturn may dial besides public addresses and the ports 465, 587, 2465 and 2587. */
const network = v.strictObject(
  {
    ports: v.optional(v.array(wholeNumber(1, 65535), 'a list of ports'), []),
    networks: v.optional(v.array(cidr, 'a list of CIDR blocks'), []),
  },
  shape,
);

const ids = (pattern: RegExp, expected: string) =>
  v.optional(v.array(text(expected, pattern), `a list: ${expected}`), []);

/**
 * For secrets whose provider is `sql`: the functions that set passwords then carry the database drivers, and stand in these
 * subnets, which need a way to mail servers and to AWS.
 */
const passwordTables = v.pipe(
  v.strictObject(
    {
      subnetIds: ids(/^subnet-[0-9a-f]{8,17}$/, 'a subnet id such as subnet-0a1b2c3d4e5f60718'),
      securityGroupIds: ids(/^sg-[0-9a-f]{8,17}$/, 'a security group id such as sg-0a1b2c3d4e5f60718'),
    },
    shape,
  ),
  v.check(
    ({ subnetIds, securityGroupIds }) => (subnetIds.length === 0) === (securityGroupIds.length === 0),
    'subnetIds together with securityGroupIds, or neither',
  ),
);

const CHECK_IDS: ReadonlySet<string> = new Set(CATALOGUE.map(({ id }) => id));

const ACCEPTED_RISKS_BYTES = 128 * 1024;
const A_YEAR_MS = 366 * 24 * 60 * 60 * 1000;

const acceptedRisk = v.strictObject(
  {
    secret: secretName,
    check: v.pipe(
      v.string('the id of a check'),
      v.check((id) => CHECK_IDS.has(id), 'the id of a check (docs/checks.md)'),
    ),
    reason: text('why, in 1 to 500 characters', /^(?=.*\S)[^\p{Cc}]{1,500}$/u),
    owner: v.optional(text('a name of 1 to 128 characters', /^(?=.*\S)[^\p{Cc}]{1,128}$/u)),
    /** What is over does no harm here: it counts again, and the report says so. */
    until: v.pipe(
      v.string('a day, YYYY-MM-DD'),
      v.isoDate('a day, YYYY-MM-DD'),
      v.check((day) => Date.parse(day) <= Date.now() + A_YEAR_MS, 'a day within a year from now'),
    ),
  },
  shape,
);

/**
 * Findings that an owner lives with for a time. They travel in the audit's state machine, whose states hold 256 KiB.
 */
const acceptedRisks = v.pipe(
  v.array(acceptedRisk, 'a list of accepted risks'),
  v.check(
    (list) => Buffer.byteLength(JSON.stringify(list)) <= ACCEPTED_RISKS_BYTES,
    'at most 128 KiB of accepted risks',
  ),
  v.check(
    (list) => twice(list.map(riskOf)).length === 0,
    ({ input }) => `one entry for each secret and check, not ${twice(input.map(riskOf))} twice`,
  ),
);

function riskOf({ secret, check }: v.InferOutput<typeof acceptedRisk>): string {
  return `${check} of ${secret}`;
}

/**
 * Below what commonly locks an account: fail2ban bans at the 5th failure in 10 minutes (its default), the Windows
 * security baseline forgets failures after 15 minutes and locks at 10. One failure less is left to the account's user.
 */
const loginBudget = v.strictObject(
  {
    failures: v.optional(wholeNumber(1, 100), 4),
    /** Of all accounts of one host together; the last are kept for secrets that have not failed (functions/budget/tally.ts). */
    hostFailures: v.optional(wholeNumber(3, 100), 4),
    windowMinutes: v.optional(wholeNumber(1, 1440), 15),
  },
  shape,
);

const settings = v.strictObject(
  {
    alertEmail: v.optional(email),
    credentials: v.pipe(
      v.optional(v.array(credential, 'a list of credentials'), []),
      v.check(
        (list) => twice(list.map((one) => one.name)).length === 0,
        ({ input }) => `names that differ, not ${twice(input.map((one) => one.name))} twice`,
      ),
      v.check(
        (list) => twice(list.map(secretNameOf)).length === 0,
        ({ input }) => `secrets that differ, not ${twice(input.map(secretNameOf))} twice`,
      ),
    ),
    network: v.optional(network, {}),
    passwordTables: v.optional(passwordTables),
    rotationDays: v.optional(rotationDays, 30),
    overlapHours: v.optional(hours, 48),
    soakHours: v.optional(hours, 72),
    loginBudget: v.optional(loginBudget, {}),
    /** Off unless a host is named: these checks fail logins, send mail, or tell a hash to somebody else. */
    auditOptIn: v.optional(optInSchema, []),
    /** For the audit, where those of the functions' network do not tell what the world sees. */
    nameServers: v.optional(v.array(nameServer, 'a list of name servers'), []),
    /** Asked for the DNSSEC status of sender domains, and of nothing else; it has to validate. */
    dnsOverHttps: v.optional(httpsUrl, 'https://cloudflare-dns.com/dns-query'),
    /** Under which sender domains may have DKIM keys, besides those of Amazon SES and the usual ones. */
    dkimSelectors: v.optional(v.array(selector, 'a list of DKIM selectors'), []),
    auditSchedule: v.optional(schedule, 'cron(0 6 * * ? *)'),
    acceptedRisks: v.optional(acceptedRisks, []),
    /** Failures and warnings go to AWS Security Hub, which takes a price for each. */
    securityHub: v.optional(v.boolean('true or false'), false),
    /** Each owner gets their findings by mail from this address, which Amazon SES must have verified, or its domain. */
    digestFrom: v.optional(email),
    /** One CloudWatch alarm looks back 7 days at the most. */
    deadManHours: v.optional(wholeNumber(1, 168), 26),
    reportRetentionDays: v.optional(wholeNumber(1, 36_500), 400),
    logRetentionDays: v.optional(
      v.pipe(
        v.number('days'),
        v.enum(RetentionDays, 'a retention that CloudWatch Logs offers: 1, 3, 5, 7, 14, 30, 60, 90, ...'),
      ),
      90,
    ),
  },
  shape,
);

const schema = v.pipe(
  settings,
  v.forward(
    v.check(keysRetireInTime, 'overlapHours + soakHours shorter than every rotationDays: IAM holds two keys'),
    ['overlapHours'],
  ),
);

/** Every setting of a deployment, defaults filled in; lengths in the unit of the name. */
export type Config = v.InferOutput<typeof settings>;

/**
 * Reads the CDK context key `keyturn`. Throws with one line for each bad key: its path, what was expected and got.
 */
export function readConfig(context: unknown): Config {
  const parsed = v.safeParse(schema, context ?? {}, { abortPipeEarly: true });
  if (parsed.success) return parsed.output;
  throw new Error(
    ['The context "keyturn" (cdk.json) is not valid:', ...parsed.issues.map(explain)].join('\n  '),
  );
}

function explain({ path, message, input }: v.BaseIssue<unknown>): string {
  const keys = path?.map(({ key }) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)) ?? [];
  // A rule on two settings is reported at one of them, but its input is the object that holds both.
  const got = path ? path[path.length - 1]?.value : input;
  return `keyturn${keys.join('')}: expected ${message}, got ${display(got)}`;
}

function display(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : JSON.stringify(value);
}

function keysRetireInTime({ credentials, rotationDays: days, overlapHours, soakHours }: Config): boolean {
  const shortest = Math.min(days, ...credentials.map((one) => one.rotationDays ?? days));
  return overlapHours + soakHours < shortest * 24;
}
