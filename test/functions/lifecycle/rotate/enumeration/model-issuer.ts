import {
  type IssuedCredential,
  type IssuingProvider,
  type MintedCredential,
  type Owner,
  SHARED,
} from '../../../../../functions/providers/provider.ts';
import type { Credential } from '../../../../../functions/providers/secret.ts';
import { Redacted } from '../../../../../functions/secrets/redacted.ts';
import type { Faults } from '../../../../support/aws/faults.ts';
import type { Standing, Subject } from './subject.ts';

export interface IssuerTraits {
  readonly limit: number | null;
  readonly lastUsed: boolean;
  readonly nameLimit: number;
  /** The user name that all its credentials share, as SendGrid's `apikey`. */
  readonly username: string;
}

interface Issued extends Standing {
  readonly name: string | null;
  readonly password: string;
  readonly createdAt: number;
}

const FOREIGN_NAME = 'made by hand';

/** Issues credentials under names and cannot deactivate them, in memory: SendGrid, Resend, Microsoft Entra. */
export class ModelIssuer implements IssuingProvider, Subject {
  readonly kind = 'issuing';
  readonly reversible = false;
  readonly keepsNames = true;
  readonly overlaps = true;
  readonly limit: number | null;
  readonly lastUsed: boolean;
  readonly nameLimit: number;
  readonly provider = this;
  refusedForLimit = 0;
  readonly #username: string;
  readonly #now: () => number;
  readonly #faults: Faults;
  readonly #issued = new Map<string, Issued>();
  #made = 0;

  constructor({ limit, lastUsed, nameLimit, username }: IssuerTraits, now: () => number, faults: Faults) {
    this.limit = limit;
    this.lastUsed = lastUsed;
    this.nameLimit = nameLimit;
    this.#username = username;
    this.#now = now;
    this.#faults = faults;
  }

  /** The lab's secret has a tag that names its endpoint. */
  async endpoints(): Promise<readonly []> {
    return [];
  }

  async owner(): Promise<Owner> {
    return SHARED;
  }

  list(): Promise<readonly IssuedCredential[]> {
    return this.#faults.call(() => [...this.#issued.values()].map((one) => this.#shown(one)));
  }

  mint(name: string): Promise<MintedCredential> {
    return this.#faults.call(() => {
      if (this.#issued.size === this.limit) {
        this.refusedForLimit += 1;
        throw Object.assign(new Error('limit reached'), { $metadata: { httpStatusCode: 403 } });
      }
      const { id, password } = this.#make(name, false);
      return { id, username: this.#username, password: new Redacted(password) };
    });
  }

  deactivate(): Promise<void> {
    throw new Error('nothing can be deactivated here');
  }

  reactivate(): Promise<void> {
    throw new Error('nothing can be reactivated here');
  }

  remove(id: string): Promise<void> {
    return this.#faults.call(() => void this.#issued.delete(id));
  }

  accepts({ credentialId = '', username, password }: Credential, use: boolean): boolean {
    const one = this.#issued.get(credentialId);
    if (!one || username !== this.#username || password.reveal() !== one.password) return false;
    if (use) this.#issued.set(one.id, { ...one, lastUsedAt: this.#now() });
    return true;
  }

  standing(): readonly Standing[] {
    return [...this.#issued.values()];
  }

  addForeign(): void {
    this.#make(FOREIGN_NAME, true);
  }

  removeForeign(): void {
    for (const { id, foreign } of this.#issued.values()) if (foreign) this.#issued.delete(id);
  }

  #make(name: string, foreign: boolean): Issued {
    if (name.length > this.nameLimit) throw new Error(`the name ${name} is too long`);
    this.#made += 1;
    const id = `id-${this.#made}`;
    const password = `password-${this.#made}`;
    const one = { id, name, password, foreign, active: true, createdAt: this.#now(), lastUsedAt: null };
    this.#issued.set(id, one);
    return one;
  }

  #shown({ id, name, active, createdAt, lastUsedAt }: Issued): IssuedCredential {
    return { id, name, active, createdAt, lastUsedAt: this.lastUsed ? lastUsedAt : null, lastUsedBy: null };
  }
}
