import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import * as v from 'valibot';
import type { DependencyAudit } from '../functions/audit/facts/dependencies.ts';

const ROOT = join(import.meta.dirname, '..');
const LIMIT_MS = 20_000;
const DAY_MS = 24 * 60 * 60 * 1000;

/** The part of `npm audit --json` that counts; version 2 of its report, which npm has made since version 7. */
const report = v.object({
  auditReportVersion: v.literal(2),
  metadata: v.object({
    vulnerabilities: v.object({
      critical: v.number(),
      high: v.number(),
      moderate: v.number(),
      low: v.number(),
    }),
    dependencies: v.object({ prod: v.number() }),
  }),
});

/** Asks the npm registry for known faults of what the bundles are made of. Null when it cannot be asked. */
export function dependencyAudit(): DependencyAudit | null {
  const { stdout } = spawnSync(
    'npm',
    ['audit', '--package-lock-only', '--omit=dev', '--fetch-retries=0', '--json'],
    {
      cwd: ROOT,
      encoding: 'utf8',
      timeout: LIMIT_MS,
    },
  );
  // The day is enough: the same deployment twice a day is the same template.
  return readAudit(stdout ?? '', Math.floor(Date.now() / DAY_MS) * DAY_MS);
}

/** `stdout` of `npm audit --json`, which a registry without audits answers with an error. */
export function readAudit(stdout: string, checkedAt: number): DependencyAudit | null {
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), report), stdout);
  if (!parsed.success) return null;
  const { vulnerabilities, dependencies } = parsed.output.metadata;
  const { critical, high, moderate, low } = vulnerabilities;
  return { checkedAt, packages: dependencies.prod, vulnerable: { critical, high, moderate, low } };
}
