/** The process died here: nothing it would have done afterwards happens, not even in a `catch` or `finally`. */
class Crash extends Error {
  override readonly name = 'Crash';
}

export const FAULT_KINDS = [
  'crash-before',
  'crash-after',
  'refused',
  'ambiguous-timeout',
  'unsent-timeout',
] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

/**
 * Counts the I/O calls of one process and makes the n-th one fail: `crash-*` as if the process died before or after
 * it took effect, `refused` as a 4xx of the service, `ambiguous-timeout` as an answer lost after it took effect,
 * `unsent-timeout` as a request lost before.
 */
export class Faults {
  calls = 0;
  /** Told after each call, whether it succeeded or not. */
  onCall: () => void = () => {};
  /** Makes each call, and what else takes time, when its turn has come: of several processes at once, one at a time. */
  inTurn: <T>(act: () => Promise<T>) => Promise<T> = (act) => act();
  readonly #plan = new Map<number, FaultKind>();
  #pause: { readonly at: number; readonly meanwhile: () => Promise<boolean> } | undefined;
  #dead = false;

  plan(at: number, kind: FaultKind): void {
    this.calls = 0;
    this.#plan.set(at, kind);
  }

  /** Before the `at`-th call its process stands still, and all of `meanwhile` happens: true if the call timed out by then. */
  pause(at: number, meanwhile: () => Promise<boolean>): void {
    this.calls = 0;
    this.#pause = { at, meanwhile };
  }

  /** The next process lives, and the rest of the plan still stands. */
  restart(): void {
    this.#dead = false;
  }

  /** A new process, without faults. */
  revive(): void {
    this.#dead = false;
    this.#plan.clear();
    this.#pause = undefined;
    this.calls = 0;
  }

  call<T>(effect: () => T | Promise<T>): Promise<T> {
    return this.inTurn(() => this.#call(effect));
  }

  async #call<T>(effect: () => T | Promise<T>): Promise<T> {
    if (this.#dead) throw new Crash('dead');
    this.calls += 1;
    const kind = this.#plan.get(this.calls);
    if (this.#pause?.at === this.calls && (await this.#standStill(this.#pause.meanwhile))) throw timeout();
    if (kind === 'crash-before') throw this.die();
    if (kind === 'refused') throw serviceRefusal();
    if (kind === 'unsent-timeout') throw timeout();
    try {
      const result = await effect();
      if (kind === 'crash-after') throw this.die();
      if (kind === 'ambiguous-timeout') throw timeout();
      return result;
    } finally {
      this.onCall();
    }
  }

  #standStill(meanwhile: () => Promise<boolean>): Promise<boolean> {
    this.#pause = undefined;
    return meanwhile();
  }

  /** No later call of this process has an effect. */
  die(): Error {
    this.#dead = true;
    return new Crash('the process died');
  }
}

function serviceRefusal(): Error {
  return Object.assign(new Error('refused by the service'), {
    name: 'InternalServiceError',
    $metadata: { httpStatusCode: 400 },
  });
}

function timeout(): Error {
  return Object.assign(new Error('socket hang up'), { name: 'TimeoutError' });
}
