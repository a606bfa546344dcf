import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import * as v from 'valibot';
import { optInSchema } from '../functions/audit/opt-in.ts';
import { acceptedRisks } from './config/accepted-risks.ts';
import { credential, secretNameOf } from './config/credential.ts';
import { network, passwordTables } from './config/network.ts';
import {
  email,
  hours,
  httpsUrl,
  nameServer,
  rotationDays,
  schedule,
  selector,
  shape,
  twice,
  wholeNumber,
} from './config/values.ts';

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
    retireSchedule: v.optional(schedule, 'rate(1 hour)'),
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
