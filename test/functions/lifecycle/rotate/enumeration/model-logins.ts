import type { SettingProvider } from '../../../../../functions/providers/provider.ts';
import type { Credential } from '../../../../../functions/providers/secret.ts';
import type { Redacted } from '../../../../../functions/secrets/redacted.ts';
import type { Faults } from '../../../../support/aws/faults.ts';
import type { Standing, Subject } from './subject.ts';

/** Logins that are there already and whose password is set, in memory: Mailgun, a password table, a webhook. */
export class ModelLogins implements SettingProvider, Subject {
  readonly kind = 'setting';
  readonly passwordLimit = 64;
  readonly limit = null;
  readonly refusedForLimit = 0;
  readonly logins: SettingProvider['logins'];
  readonly provider = this;
  readonly #faults: Faults;
  readonly #passwords = new Map<string, string>();

  constructor(logins: SettingProvider['logins'], faults: Faults) {
    this.logins = logins;
    this.#faults = faults;
  }

  get overlaps(): boolean {
    return this.logins.length === 2;
  }

  /** The lab's secret has a tag that names its endpoint. */
  async endpoints(): Promise<readonly []> {
    return [];
  }

  async check(): Promise<void> {}

  set(login: string, password: Redacted): Promise<void> {
    return this.#faults.call(() => void this.#passwords.set(login, password.reveal()));
  }

  accepts({ username, password }: Credential): boolean {
    return this.#passwords.get(username) === password.reveal();
  }

  standing(): readonly Standing[] {
    return [];
  }

  addForeign(): void {}

  removeForeign(): void {}
}
