import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import * as v from 'valibot';
import { isNetwork } from '../functions/smtp/network/address-guard.ts';
import { isHost } from '../functions/smtp/network/host-name.ts';

/** Says what is wrong with the shape of an object; a misspelt setting must never be silently ignored. */
const shape = ({ expected }: { readonly expected: string | null }) =>
  expected === 'never' ? 'no such setting' : expected === 'Object' ? 'an object' : 'a value';

const wholeNumber = (least: number, most: number) => {
  const expected = `a whole number from ${least} to ${most}`;
  return v.pipe(
    v.number(expected),
    v.integer(expected),
    v.minValue(least, expected),
    v.maxValue(most, expected),
  );
};

const hours = v.pipe(v.number('hours, 0 or more'), v.minValue(0, 'hours, 0 or more'));

const text = (expected: string, pattern: RegExp) => v.pipe(v.string(expected), v.regex(pattern, expected));

const email = v.pipe(v.string('an e-mail address'), v.email('an e-mail address'));
const host = v.pipe(v.string('a host name'), v.check(isHost, 'a host name'));
const region = text('an AWS region such as eu-central-1', /^[a-z]{2}(-[a-z]+)+-\d$/);
const name = text('1 to 64 letters, digits, "-", "_" or "."', /^[\w.-]{1,64}$/);
const secretName = text('a secret name, not an ARN', /^[\w/+=.@-]{1,512}$/);
const keyArn = text('the ARN of a KMS key', /^arn:[\w-]+:kms:[\w-]+:\d{12}:key\/[\w-]+$/);
const schedule = text('cron(...) or rate(...)', /^(cron|rate)\(.+\)$/);

/** Secrets Manager accepts 1 to 1000 (RotationRulesType.AutomaticallyAfterDays). */
const rotationDays = wholeNumber(1, 1000);

const endpoint = v.strictObject(
  {
    host,
    port: wholeNumber(1, 65535),
    security: v.optional(v.picklist(['tls', 'starttls'], '"tls" or "starttls"')),
    ca: v.optional(text('PEM certificates', /-----BEGIN CERTIFICATE-----/)),
  },
  shape,
);

const sesCredential = v.pipe(
  v.strictObject(
    {
      type: v.literal('ses'),
      name,
      identity: text('a verified SES identity: a domain or an e-mail address', /^\S+\.\S+$/),
      from: email,
      region: v.optional(region),
      /** Further ones that it sends from; each has another password, made from the same key. */
      regions: v.optional(v.array(region, 'a list of AWS regions')),
      rotationDays: v.optional(rotationDays),
      owner: v.optional(text('a tag value of 1 to 256 characters', /^[\w\s+=.:/@-]{1,256}$/)),
      endpoint: v.optional(endpoint),
    },
    shape,
  ),
  v.forward(
    v.check(({ from, identity }) => sendsAs(from, identity), 'an address that the identity may send as'),
    ['from'],
  ),
);

const existingCredential = v.strictObject(
  {
    type: v.literal('existing'),
    name,
    secretName,
    rotationDays: v.optional(rotationDays),
    kmsKeyArn: v.optional(keyArn),
  },
  shape,
);

/**
 * Below what commonly locks an account: fail2ban bans at the 5th failure in 10 minutes (its default), the Windows
 * security baseline forgets failures after 15 minutes and locks at 10. One failure less is left to the account's user.
 */
const loginBudget = v.strictObject(
  {
    failures: v.optional(wholeNumber(1, 100), 4),
    windowMinutes: v.optional(wholeNumber(1, 1440), 15),
  },
  shape,
);

const credential = v.variant('type', [sesCredential, existingCredential], 'type "ses" or "existing"');

const cidr = v.pipe(
  v.string('a CIDR block such as 10.1.0.0/16'),
  v.check(isNetwork, 'a CIDR block such as 10.1.0.0/16'),
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
    auditSchedule: v.optional(schedule, 'cron(0 6 * * ? *)'),
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
export type CredentialConfig = v.InferOutput<typeof credential>;

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

/** The name of the secret that holds this credential. */
export function secretNameOf(credential: CredentialConfig): string {
  return credential.type === 'ses' ? `keyturn/${credential.name}` : credential.secretName;
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

function sendsAs(from: string, identity: string): boolean {
  const domain = from.slice(from.lastIndexOf('@') + 1).toLowerCase();
  const owner = identity.toLowerCase();
  return owner === from.toLowerCase() || domain === owner || domain.endsWith(`.${owner}`);
}

function twice(values: readonly string[]): string[] {
  return values.filter((value, index) => values.indexOf(value) !== index);
}

function keysRetireInTime({ credentials, rotationDays: days, overlapHours, soakHours }: Config): boolean {
  const shortest = Math.min(days, ...credentials.map((one) => one.rotationDays ?? days));
  return overlapHours + soakHours < shortest * 24;
}
