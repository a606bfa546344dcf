import * as v from 'valibot';
import { CATALOGUE } from '../../functions/audit/checks/catalogue.ts';
import { secretName, shape, text, twice } from './values.ts';

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
export const acceptedRisks = v.pipe(
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
