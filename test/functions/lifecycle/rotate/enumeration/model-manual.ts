import type { ManualProvider } from '../../../../../functions/providers/provider.ts';
import type { Credential } from '../../../../../functions/providers/secret.ts';
import type { Standing, Subject } from './subject.ts';

/** Where a person makes credentials, in memory: whatever the person made works. */
export class ModelManual implements Subject {
  readonly provider: ManualProvider = { kind: 'manual' };
  readonly limit = null;
  readonly overlaps = true;
  readonly refusedForLimit = 0;
  #made = 0;

  /** What the person puts into the secret. */
  make(): { readonly username: string; readonly password: string } {
    this.#made += 1;
    return { username: `user-${this.#made}`, password: `password-${this.#made}` };
  }

  accepts({ username, password }: Credential): boolean {
    const number = Number(username.replace('user-', ''));
    return number >= 1 && number <= this.#made && password.reveal() === `password-${number}`;
  }

  standing(): readonly Standing[] {
    return [];
  }

  addForeign(): void {}

  removeForeign(): void {}
}
