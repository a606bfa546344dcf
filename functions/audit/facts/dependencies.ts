import * as v from 'valibot';

const count = v.pipe(v.number(), v.integer(), v.minValue(0));

/**
 * What `npm audit` said of the packages in the bundles when the deployment was synthesised, in the environment of the plan;
 * null where npm had nobody to ask.
 */
export const dependencyAuditSchema = v.nullable(
  v.strictObject({
    /** Milliseconds since 1970. */
    checkedAt: v.number(),
    packages: count,
    /** By npm's own severities. */
    vulnerable: v.strictObject({ critical: count, high: count, moderate: count, low: count }),
  }),
);

export type DependencyAudit = NonNullable<v.InferOutput<typeof dependencyAuditSchema>>;
