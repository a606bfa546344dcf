import type { ReadAdmin } from '../../../functions/providers/admin-secret.ts';
import type { Scope } from '../../../functions/providers/allowed-logins.ts';
import { Redacted } from '../../../functions/secrets/redacted.ts';

/** For tests that are not about whom it serves: one secret, whose own part is `orders`. */
const ALONE: Scope = { several: false, own: 'orders' };

/** An admin secret that is read as this. */
export function adminOf(value: unknown, scope = ALONE): ReadAdmin {
  return async () => ({ text: new Redacted(JSON.stringify(value)), scope });
}
