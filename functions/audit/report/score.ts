import type { Severity } from '../check.ts';
import type { Finding } from '../examined.ts';

/** How much a check weighs. */
export const WEIGHT: Readonly<Record<Severity, number>> = { critical: 8, high: 4, medium: 2, low: 1 };
const WARN_CREDIT = 0.5;

interface Tally {
  readonly earned: number;
  readonly possible: number;
}

/**
 * The share of the checks that passed, each weighed by its severity, 0 to 100; a warning earns half.
 * Only pass, warn and fail count: what is unknown or does not apply neither helps nor harms. 100 only if all passed.
 */
export function scoreOf(findings: Iterable<Finding>, severityOf: (check: string) => Severity): number | null {
  let total: Tally = { earned: 0, possible: 0 };
  for (const finding of findings) total = add(total, finding, WEIGHT[severityOf(finding.check)]);
  return total.possible === 0 ? null : Math.floor((100 * total.earned) / total.possible);
}

function add({ earned, possible }: Tally, { status }: Finding, weight: number): Tally {
  switch (status) {
    case 'pass':
      return { earned: earned + weight, possible: possible + weight };
    case 'warn':
      return { earned: earned + weight * WARN_CREDIT, possible: possible + weight };
    case 'fail':
      return { earned, possible: possible + weight };
    default:
      return { earned, possible };
  }
}
