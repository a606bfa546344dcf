import * as v from 'valibot';
import type { Endpoint } from '../net/endpoint.ts';
import { text } from '../secrets/credential.ts';
import type { Redacted } from '../secrets/redacted.ts';
import { type Admin, allowedEndpoints } from './admin-secret.ts';
import { ProviderError, type SettingProvider } from './provider.ts';

/** `logins` of a provider that makes do with one: two take turns. */
export const oneOrTwoLogins = v.union(
  [v.strictTuple([text(254)]), v.strictTuple([text(254), text(254)])],
  'one login, or two that take turns',
);

interface LoginsAdmin {
  readonly logins: readonly string[];
  readonly endpoints?: readonly Endpoint[];
}

/**
 * Sets passwords, of no login but those that the administrator allows to this secret. The secret names its logins, and so
 * may somebody who may only write it; all that sets a password, to repair as well as to rotate, comes through here.
 */
export abstract class AllowedLogins<T extends LoginsAdmin> implements SettingProvider {
  readonly kind = 'setting';
  abstract readonly passwordLimit: number | null;
  readonly logins: SettingProvider['logins'];
  /** The provider's own hosts, where it has any. */
  protected readonly ownEndpoints: readonly Endpoint[] = [];
  protected readonly admin: () => Promise<Admin<T>>;

  constructor(logins: SettingProvider['logins'], admin: () => Promise<Admin<T>>) {
    this.logins = logins;
    this.admin = admin;
  }

  async endpoints(): Promise<readonly Endpoint[]> {
    return allowedEndpoints(this.ownEndpoints, await this.admin());
  }

  async check(): Promise<void> {
    for (const login of this.logins) await this.#allowed(login);
  }

  async set(login: string, password: Redacted): Promise<void> {
    await this.change(await this.#allowed(login), login, password);
  }

  /** `login` is allowed. Rejects with a `ProviderError`. */
  protected abstract change(admin: T, login: string, password: Redacted): Promise<void>;

  async #allowed(login: string): Promise<T> {
    const admin = await this.admin();
    const refusal = loginRefusal(login, admin.logins, admin.scope);
    if (refusal) throw new ProviderError('refused', refusal);
    return admin;
  }
}

/** Whom an admin secret serves, as one of those sees it. */
export interface Scope {
  /** Whether it serves others, too. */
  readonly several: boolean;
  /** What stands for this one in login patterns. */
  readonly own: string;
}

/**
 * By the tag `keyturn:admin-for`: the name of one secret, or the beginning of several up to a slash. Null: it does not
 * serve this one.
 */
export function scopeOf(tag: string | undefined, secretName: string): Scope | null {
  if (tag === undefined) return null;
  if (!tag.endsWith('/'))
    return tag === secretName
      ? { several: false, own: secretName.slice(secretName.lastIndexOf('/') + 1) }
      : null;
  const isBelow = secretName.startsWith(tag) && secretName.length > tag.length;
  return isBelow ? { several: true, own: secretName.slice(tag.length) } : null;
}

const PLACE = '*';
const ONE_PLACE = /^[^*]*\*?[^*]*$/;

/**
 * The logins that a served secret may have. `*` stands for its own part of its name: behind the beginning that the tag
 * names, or behind the last slash where the tag names one secret only.
 */
export const loginPatterns = v.pipe(
  v.array(
    v.pipe(text(254), v.regex(ONE_PLACE, 'a login with at most one "*"')),
    'a list of logins, in which "*" stands for the own part of the name of a secret',
  ),
  v.minLength(1, 'at least one login'),
);

/** Why a login may not be used by the secret that sees this scope; null when it may. Names no other login. */
export function loginRefusal(login: string, patterns: readonly string[], scope: Scope): string | null {
  const trouble = scope.several ? sharedLogins(patterns, scope) : null;
  if (trouble) return trouble;
  const allowed = patterns.map((pattern) => pattern.replace(PLACE, () => scope.own));
  return allowed.includes(login)
    ? null
    : "the administrator's secret does not allow this login: its `logins` say which ones the secret may have";
}

/** Of two secrets that one admin secret serves, none may reach a login of the other. */
function sharedLogins(patterns: readonly string[], { own }: Scope): string | null {
  if (patterns.some((pattern) => !pattern.includes(PLACE))) return NO_PLACE;
  if (patterns.some((one, index) => patterns.slice(index + 1).some((other) => mayMeet(one, other))))
    return MAY_MEET;
  return own === own.toLowerCase() ? null : UPPER_CASE;
}

/** Whether some name in the one and another name in the other make the same login. */
function mayMeet(one: string, other: string): boolean {
  if (one === other) return false;
  const [[begin = '', end = ''], [otherBegin = '', otherEnd = '']] = [parts(one), parts(other)];
  const beginsAlike = begin.startsWith(otherBegin) || otherBegin.startsWith(begin);
  return beginsAlike && (end.endsWith(otherEnd) || otherEnd.endsWith(end));
}

function parts(pattern: string): string[] {
  return pattern.toLowerCase().split(PLACE);
}

const NO_PLACE =
  'a login without "*" in an admin secret that serves several secrets would belong to all of them';
const MAY_MEET =
  'two of the `logins` in an admin secret that serves several secrets could be the same login for two of them';
const UPPER_CASE =
  'a secret with upper case in its name needs an admin secret that serves it alone: for many servers, logins that differ in case are one';
