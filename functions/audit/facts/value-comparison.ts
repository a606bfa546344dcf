import { createHmac, randomBytes } from 'node:crypto';
import { parseSecret } from '../../providers/secret.ts';
import type { ManagedSecret } from '../../secrets/description.ts';
import type { SecretStore } from '../../secrets/store.ts';
import type { Reuse, ValueFacts } from '../subjects/account.ts';

const CONCURRENCY = 10;
/** Shorter ones are no passwords, and half of all programs share them. */
const LEAST_LENGTH = 8;
/** More unread secrets than these are a cause of their own, and need no list. */
const MOST_UNREAD = 1000;
/** Enough that no two of some millions are alike by chance. */
const DIGEST_BYTES = 16;

/** A secret, and who answers for it: its tag `keyturn:owner`, null without one. */
export interface Holder {
  readonly arn: string;
  readonly owner: string | null;
}

/**
 * Compares all passwords with one another, and with what else lies about, by HMACs under a key that is made for this one
 * comparison. Key and HMACs are in no file, no table and no log; what leaves is names, and only what whoever reads them
 * may know (`reusesOf`). It has to hold all of them at once:
 * some 200 bytes a credential, 20 MB of 100,000.
 */
export class ValueComparison {
  readonly #key = randomBytes(32);
  readonly #secrets = new Map<string, Holder[]>();
  readonly #plain = new Set<string>();
  readonly #unread: string[] = [];
  #complete = true;
  readonly #store: Pick<SecretStore, 'read'>;
  /** Whether there is time for another read. */
  readonly #goOn: () => boolean;

  constructor(store: Pick<SecretStore, 'read'>, goOn: () => boolean) {
    this.#store = store;
    this.#goOn = goOn;
  }

  /** Passes secrets on as they come, and reads them on the way, some side by side. */
  async *reading<S extends Pick<ManagedSecret, 'arn' | 'owner'>>(
    secrets: AsyncIterable<S>,
  ): AsyncGenerator<S> {
    const underWay = new Set<Promise<void>>();
    for await (const secret of secrets) {
      const read: Promise<void> = this.#read(secret).finally(() => underWay.delete(read));
      underWay.add(read);
      if (underWay.size >= CONCURRENCY) await Promise.race(underWay);
      yield secret;
    }
    await Promise.all(underWay);
  }

  /** A value that stands somewhere in plain text. */
  addPlain(value: string): void {
    for (const one of passwordsIn(value)) this.#plain.add(this.#digest(one));
  }

  result(): ValueFacts {
    const found = [...this.#secrets.entries()];
    const exposed = found.flatMap(([digest, holders]) => (this.#plain.has(digest) ? holders : []));
    return {
      reused: unpaired(found.flatMap(([, holders]) => reusesOf(holders))),
      exposed: exposed.map(({ arn }) => arn).toSorted(),
      unread: this.#unread,
      complete: this.#complete,
    };
  }

  async #read({ arn, owner }: Holder): Promise<void> {
    try {
      if (!this.#goOn()) throw new Error('no time left');
      const value = await this.#store.read(arn, { stage: 'AWSCURRENT' });
      const secret = value.kind === 'value' ? parseSecret(value.text.reveal()) : undefined;
      if (secret?.kind === 'credential')
        this.#add(this.#digest(secret.credential.password.reveal()), { arn, owner });
    } catch {
      if (this.#unread.length < MOST_UNREAD) this.#unread.push(arn);
      else this.#complete = false;
    }
  }

  #add(digest: string, holder: Holder): void {
    const holders = this.#secrets.get(digest);
    if (holders) holders.push(holder);
    else this.#secrets.set(digest, [holder]);
  }

  #digest(value: string): string {
    const digest = createHmac('sha256', this.#key).update(value).digest();
    return digest.subarray(0, DIGEST_BYTES).toString('base64');
  }
}

/** The value itself, and the password of a URL such as `smtps://user:password@host`. */
function passwordsIn(value: string): string[] {
  const url = URL.parse(value);
  const inUrl = url?.password ? [decoded(url.password)] : [];
  return [value, ...inUrl].filter(({ length }) => length >= LEAST_LENGTH);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/**
 * Of the holders of one password, which may be named to which: those with the same owner, to whom all of them belong.
 * Whoever may only write values, and stores guesses, is told that one is right, and not for what: not how often either.
 * Empty for a password that one secret holds.
 */
export function reusesOf(holders: readonly Holder[]): readonly Reuse[] {
  if (holders.length < 2) return [];
  const groups = Map.groupBy(holders, ({ arn, owner }) => (owner?.trim() ? `owner ${owner}` : arn));
  return [...groups.values()].map((group) => ({
    arns: group.map(({ arn }) => arn).toSorted(),
    elsewhere: groups.size > 1,
  }));
}

/** In an order that does not say which of them hold the same password. */
export function unpaired(reuses: readonly Reuse[]): readonly Reuse[] {
  return reuses.toSorted(({ arns: [a = ''] }, { arns: [b = ''] }) => (a < b ? -1 : 1));
}
