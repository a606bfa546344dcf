import type { Credential } from '../../../../../functions/providers/secret.ts';
import { idOf } from '../../../../../functions/secrets/credential.ts';
import type { Lab } from './lab.ts';
import type { Standing } from './subject.ts';

/** A credential is proven by two logins, one after the other (convergence.ts). */
const PROOFS = 2;

/** Looks at the whole world after each I/O call, and writes down what must never be. */
export class Watch {
  /** Each world that was seen, without times and names. */
  readonly states = new Set<string>();
  readonly violations = new Set<string>();
  /** Two processes at once may both ask the provider for its last place: it refuses one of them. */
  isConcurrent = false;
  /** Before that no place can be free for another credential (ms since 1970). */
  fullUntil = 0;
  /** Before that nobody may take away the credential under AWSPENDING (ms since 1970). */
  underWayUntil = 0;
  readonly #lab: Lab;
  #before: readonly Standing[] = [];
  readonly #everCurrent = new Set<string>();
  /** How often each credential logged in, by its id and password. */
  readonly #logins = new Map<string, number>();
  #currentVersion: string | undefined;

  constructor(lab: Lab) {
    this.#lab = lab;
  }

  loggedIn(credential: Credential): void {
    this.#logins.set(keyOf(credential), this.#loginsOf(credential) + 1);
  }

  look(): void {
    this.#currentWorks();
    this.#currentIsProven();
    this.#insideLimit();
    this.#nothingTakenAway();
    this.#nothingMadeWhileFull();
    this.#before = this.#lab.subject.standing();
    this.states.add(stateOf(this.#lab));
  }

  /** What is gone since the last look was taken away by hand. */
  forget(): void {
    this.#before = this.#lab.subject.standing();
  }

  #currentWorks(): void {
    const { subject } = this.#lab;
    const works = this.#lab.works('AWSCURRENT') || (!subject.overlaps && this.#lab.works('AWSPENDING'));
    const current = this.#lab.credential('AWSCURRENT');
    if (current) this.#everCurrent.add(idOf(current));
    if (this.#everCurrent.size > 0 && !works) this.violations.add('lost: AWSCURRENT does not log in');
  }

  #currentIsProven(): void {
    const { secrets, arn, subject } = this.#lab;
    const version = secrets.find(arn).holder('AWSCURRENT')?.id;
    const current = this.#lab.credential('AWSCURRENT');
    const isProven = current && this.#loginsOf(current) >= PROOFS && subject.accepts(current, false);
    if (version !== this.#currentVersion && current && !isProven)
      this.violations.add('unproven: AWSCURRENT moved to what no login has proven');
    this.#currentVersion = version;
  }

  #loginsOf(credential: Credential): number {
    return this.#logins.get(keyOf(credential)) ?? 0;
  }

  #insideLimit(): void {
    const { limit, refusedForLimit } = this.#lab.subject;
    if (limit !== null && this.#before.length > limit)
      this.violations.add('limit: more credentials than may be');
    if (refusedForLimit > 0 && !this.isConcurrent)
      this.violations.add('limit: one credential too many was asked for');
  }

  #nothingTakenAway(): void {
    const after = new Map(this.#lab.subject.standing().map((one) => [one.id, one]));
    for (const one of this.#before) {
      const now = after.get(one.id);
      if (!now || (one.active && !now.active)) this.#takenAway(one);
    }
  }

  #nothingMadeWhileFull(): void {
    if (this.#lab.now >= this.fullUntil) return;
    const before = new Set(this.#before.map(({ id }) => id));
    if (this.#lab.subject.standing().some(({ id }) => !before.has(id)))
      this.violations.add('limit: a credential was made while all places were taken');
  }

  #takenAway({ id, foreign, lastUsedAt }: Standing): void {
    const current = this.#lab.credential('AWSCURRENT');
    if (foreign) this.violations.add('lost: a foreign credential was taken away');
    if (current && idOf(current) === id) this.violations.add('lost: the current credential was taken away');
    const pending = this.#lab.credential('AWSPENDING');
    if (pending && idOf(pending) === id && this.#lab.now < this.underWayUntil)
      this.violations.add('lost: the credential of a rotation under way was taken away');
    // One that never was current has been used by nobody but the test of its rotation.
    const isRecent = lastUsedAt !== null && this.#lab.now - lastUsedAt < this.#lab.waits.overlapMs;
    if (isRecent && this.#everCurrent.has(id))
      this.violations.add('lost: a credential used lately was taken away');
  }
}

function keyOf(credential: Credential): string {
  return `${idOf(credential)} ${credential.password.reveal()}`;
}

/** Two worlds are the same when nothing that a plan looks at tells them apart, but for the time. */
function stateOf(lab: Lab): string {
  const versions = lab.secrets.find(lab.arn).versions();
  const shown = versions.map(({ value, labels }) => `${labels.join('+')}${value === undefined ? '?' : ''}`);
  const standing = lab.subject
    .standing()
    .map(({ active, foreign, lastUsedAt }) => `${active}${foreign}${lastUsedAt !== null}`);
  const works = ['AWSCURRENT', 'AWSPREVIOUS', 'AWSPENDING'].map((label) => lab.works(label));
  return [shown, standing, works, lab.ledger.shape()].join('|');
}
