import type { Endpoint } from '../net/endpoint.ts';
import type { Redacted } from '../secrets/redacted.ts';
import { loginRefusal } from './admin-scope.ts';
import type { Admin } from './admin-secret.ts';
import type { SettingProvider } from './provider.ts';
import { ProviderError } from './provider-error.ts';

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
    const { endpoints = [] } = await this.admin();
    return [...this.ownEndpoints, ...endpoints];
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
