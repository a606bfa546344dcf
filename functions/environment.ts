import * as v from 'valibot';
import { optInSchema } from './audit/settings.ts';
import { isNetwork } from './net/address-guard.ts';
import { ENVIRONMENT } from './observe/names.ts';
import { KeyturnError } from './observe/shown.ts';

const hours = v.pipe(v.string(), v.transform(Number), v.number(), v.minValue(0));

const wholeNumber = v.pipe(v.string(), v.transform(Number), v.integer(), v.minValue(1));

const PORTS = 'expected port numbers or `none`';
const list = v.pipe(
  v.string(),
  v.minLength(1),
  v.transform((text): readonly string[] => (text === 'none' ? [] : text.split(','))),
);

const port = v.pipe(v.string(), v.transform(Number), v.integer(PORTS), v.minValue(1, PORTS));

const settings = {
  stack: v.pipe(v.string(), v.minLength(1)),
  table: v.pipe(v.string(), v.minLength(1)),
  bucket: v.pipe(v.string(), v.minLength(1)),
  overlapHours: hours,
  soakHours: hours,
  rotationDays: hours,
  rotateFunction: v.pipe(v.string(), v.minLength(1)),
  retirementMachine: v.pipe(v.string(), v.minLength(1)),
  watched: v.pipe(
    v.string(),
    v.transform((marks): ReadonlySet<string> => new Set(marks.split(','))),
  ),
  ports: v.pipe(list, v.array(port)),
  networks: v.pipe(list, v.array(v.pipe(v.string(), v.check(isNetwork, 'expected CIDR blocks or `none`')))),
  loginFailures: wholeNumber,
  loginHostFailures: wholeNumber,
  loginWindowMinutes: wholeNumber,
  reportRetentionDays: wholeNumber,
  securityHub: v.pipe(
    v.picklist(['on', 'off']),
    v.transform((text) => text === 'on'),
  ),
  digestFrom: v.pipe(
    v.string(),
    v.minLength(1),
    v.transform((text) => (text === 'none' ? null : text)),
  ),
  auditOptIn: v.pipe(v.string(), v.parseJson(undefined, 'expected JSON'), optInSchema),
  nameServers: list,
  dnsOverHttps: v.pipe(v.string(), v.minLength(1)),
  dkimSelectors: list,
} satisfies Record<keyof typeof ENVIRONMENT, v.GenericSchema<string, unknown>>;

type Settings = { readonly [K in keyof typeof settings]: v.InferOutput<(typeof settings)[K]> };

/**
 * One setting of the deployment; hours and days are numbers, fractions allowed.
 * Throws when the variable is missing or out of range: the deployment is broken, not the event.
 */
export function setting<K extends keyof Settings>(name: K, env = process.env): Settings[K] {
  const parsed = v.safeParse(settings[name], env[ENVIRONMENT[name]]);
  if (!parsed.success) throw new KeyturnError(`${ENVIRONMENT[name]}: ${parsed.issues[0].message}`);
  return parsed.output as Settings[K];
}
