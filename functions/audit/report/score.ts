import type { Severity } from '../check.ts';
import type { Status } from '../outcome.ts';
import type { Finding } from '../run/examined.ts';

/** How much a check weighs. */
export const WEIGHT: Readonly<Record<Severity, number>> = { critical: 8, high: 4, medium: 2, low: 1 };
const WARN_CREDIT = 0.5;

/** Points that findings earned, of those they could; to be added up over any number of credentials. */
export interface Points {
  readonly earned: number;
  readonly possible: number;
}

export const NO_POINTS: Points = { earned: 0, possible: 0 };

/**
 * The share of the checks that passed, each weighed by its severity, 0 to 100; a warning earns half.
 * Only pass, warn and fail count: what is unknown or does not apply neither helps nor harms. 100 only if all passed.
 */
export function scoreOf({ earned, possible }: Points): number | null {
  return possible === 0 ? null : Math.floor((100 * earned) / possible);
}

/** What further findings make of the points so far. */
export function addPoints(
  points: Points,
  findings: Iterable<Pick<Finding, 'check' | 'status'>>,
  severityOf: (check: string) => Severity,
): Points {
  let total = points;
  for (const { check, status } of findings) total = add(total, status, WEIGHT[severityOf(check)]);
  return total;
}

function add({ earned, possible }: Points, status: Status, weight: number): Points {
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
