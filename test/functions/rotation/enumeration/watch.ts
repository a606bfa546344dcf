import { idOf } from '../../../../functions/credential/credential.ts';
import { type Lab, OVERLAP_MS } from './lab.ts';
import type { Standing } from './subject.ts';

/** Looks at the whole world after each I/O call, and writes down what must never be. */
export class Watch {
  /** Each world that was seen, without times and names. */
  readonly states = new Set<string>();
  readonly violations = new Set<string>();
  /** Two processes at once may both ask the provider for its last place: it refuses one of them. */
  isConcurrent = false;
  readonly #lab: Lab;
  #before: readonly Standing[] = [];
  readonly #everCurrent = new Set<string>();

  constructor(lab: Lab) {
    this.#lab = lab;
  }

  look(): void {
    this.#currentWorks();
    this.#insideLimit();
    this.#nothingTakenAway();
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

  #takenAway({ id, foreign, lastUsedAt }: Standing): void {
    const current = this.#lab.credential('AWSCURRENT');
    if (foreign) this.violations.add('lost: a foreign credential was taken away');
    if (current && idOf(current) === id) this.violations.add('lost: the current credential was taken away');
    // One that never was current has been used by nobody but the test of its rotation.
    const isRecent = lastUsedAt !== null && this.#lab.now - lastUsedAt < OVERLAP_MS;
    if (isRecent && this.#everCurrent.has(id))
      this.violations.add('lost: a credential used lately was taken away');
  }
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
