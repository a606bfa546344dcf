import type { Credential } from '../functions/providers/secret.ts';

/** A copy is read again when it is this old (ms), or up to half as old: a fleet that started at once must not read at once. */
const MAX_AGE_MS = 60 * 60_000;
/** How long (ms, or down to half of it) a login that was refused although it is the current one keeps the secret unread. */
const PAUSE_MS = 10_000;

/** One version of the secret; `versionId` tells it from every other. */
export interface SecretVersion {
  readonly versionId: string;
  readonly credential: Credential;
}

export interface CachedSecretDeps {
  /** Reads AWSCURRENT. */
  readonly read: () => Promise<SecretVersion>;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** From 0 up to 1. */
  readonly random: () => number;
}

/** One application's copy of a secret, read at most once at a time, however many ask. */
export class CachedSecret {
  readonly #deps: CachedSecretDeps;
  #held: SecretVersion | undefined;
  #readAgainAt = 0;
  #reading: Promise<SecretVersion> | undefined;
  #pausedUntil = 0;

  constructor(deps: CachedSecretDeps) {
    this.#deps = deps;
  }

  /** The version to log in with. An old copy is better than none: when it cannot be read again it stays in use. */
  async current(): Promise<SecretVersion> {
    const held = this.#held;
    if (!held) return this.#read();
    if (this.#deps.now() < this.#readAgainAt) return held;
    return this.#read().catch(() => {
      this.#readAgainAt = this.#later(PAUSE_MS);
      return held;
    });
  }

  /** What to log in with after `refused` was refused; null when the secret still holds just that, or held it a moment ago. */
  async replacementFor(refused: SecretVersion): Promise<SecretVersion | null> {
    if (this.#held && !isSame(this.#held, refused)) return this.#held;
    if (this.#deps.now() < this.#pausedUntil) return null;
    const read = await this.#read();
    if (!isSame(read, refused)) return read;
    this.#pausedUntil = this.#later(PAUSE_MS);
    return null;
  }

  isHeld(version: SecretVersion): boolean {
    return this.#held !== undefined && isSame(this.#held, version);
  }

  #read(): Promise<SecretVersion> {
    this.#reading ??= this.#deps
      .read()
      .then((read) => this.#hold(read))
      .finally(() => {
        this.#reading = undefined;
      });
    return this.#reading;
  }

  #hold(read: SecretVersion): SecretVersion {
    this.#held = read;
    this.#readAgainAt = this.#later(MAX_AGE_MS);
    return read;
  }

  #later(atMostMs: number): number {
    return this.#deps.now() + atMostMs * (0.5 + this.#deps.random() / 2);
  }
}

function isSame(a: SecretVersion, b: SecretVersion): boolean {
  return a.versionId === b.versionId;
}
