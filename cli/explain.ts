import type { Check } from '../functions/audit/check.ts';
import { CATALOGUE } from '../functions/audit/checks/catalogue.ts';
import { closest } from './closest.ts';
import type { Failure } from './exit-code.ts';

export type Explained = { readonly kind: 'explained'; readonly check: Check } | Failure;

/** An id as typed; longer ones are none, and not worth comparing. */
const LONGEST = 100;

/** Offline, from the catalogue. What was typed is not repeated: it may be something else, in the wrong place. */
export function explain(id: string): Explained {
  const check = CATALOGUE.find((one) => one.id === id.toLowerCase());
  if (check) return { kind: 'explained', check };
  const near = closest(
    id.slice(0, LONGEST),
    CATALOGUE.map((one) => one.id),
  );
  return { kind: 'refused', message: `There is no such check. Closest: ${near.join(', ')}.` };
}
