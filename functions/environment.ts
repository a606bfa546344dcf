import * as v from 'valibot';
import { ENVIRONMENT } from './observe/names.ts';

const hours = v.pipe(v.string(), v.transform(Number), v.number(), v.minValue(0));

const settings = {
  table: v.pipe(v.string(), v.minLength(1)),
  bucket: v.pipe(v.string(), v.minLength(1)),
  overlapHours: hours,
  soakHours: hours,
  rotationDays: hours,
  watched: v.pipe(
    v.string(),
    v.transform((marks): ReadonlySet<string> => new Set(marks.split(','))),
  ),
} satisfies Record<keyof typeof ENVIRONMENT, v.GenericSchema<string, unknown>>;

type Settings = { readonly [K in keyof typeof settings]: v.InferOutput<(typeof settings)[K]> };

/**
 * One setting of the deployment; hours and days are numbers, fractions allowed.
 * Throws when the variable is missing or out of range: the deployment is broken, not the event.
 */
export function setting<K extends keyof Settings>(name: K, env = process.env): Settings[K] {
  const parsed = v.safeParse(settings[name], env[ENVIRONMENT[name]]);
  if (!parsed.success) throw new Error(`${ENVIRONMENT[name]}: ${parsed.issues[0].message}`);
  return parsed.output as Settings[K];
}
