import { Redacted } from '../../../functions/credential/redacted.ts';
import type { Scope } from '../../../functions/rotation/providers/admin-scope.ts';
import type { ReadAdmin } from '../../../functions/rotation/providers/admin-secret.ts';

/** For tests that are not about whom it serves: one secret, whose own part is `orders`. */
const ALONE: Scope = { several: false, own: 'orders' };

/** An admin secret that is read as this. */
export function adminOf(value: unknown, scope = ALONE): ReadAdmin {
  return async () => ({ text: new Redacted(JSON.stringify(value)), scope });
}
