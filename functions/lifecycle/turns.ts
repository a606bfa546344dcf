import type { SettingProvider } from '../providers/provider.ts';

type Logins = SettingProvider['logins'];

/** The login whose password is set next: of two the one that is not in use, so that the one in use goes on working. */
export function nextLogin([first, second]: Logins, current: string | null): string {
  return second !== undefined && first === current ? second : first;
}

export type SetPlan = { readonly kind: 'set' } | { readonly kind: 'refuse'; readonly message: string };

/** Whether the pending password may be set: it must not take the password in use away while there is another login. */
export function planSet(logins: Logins, pending: string, current: string | null): SetPlan {
  if (!(logins as readonly string[]).includes(pending)) {
    return { kind: 'refuse', message: `the pending login is none of the provider's: ${logins.join(', ')}` };
  }
  if (logins.length === 2 && pending === current) {
    return { kind: 'refuse', message: `${pending} came into use meanwhile; start another rotation` };
  }
  return { kind: 'set' };
}
