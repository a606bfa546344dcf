/** The process died here: nothing it would have done afterwards happens, not even in a `catch` or `finally`. */
class Crash extends Error {
  override readonly name = 'Crash';
}

export type FaultKind = 'crash-before' | 'crash-after' | 'refused' | 'ambiguous-timeout';

/**
 * Counts the I/O calls of one process and makes the n-th one fail: `crash-*` as if the process died before or after
 * it took effect, `refused` as a 4yz of the service, `ambiguous-timeout` as an answer lost after it took effect.
 */
export class Faults {
  calls = 0;
  #plan: { readonly at: number; readonly kind: FaultKind } | undefined;
  #dead = false;

  plan(at: number, kind: FaultKind): void {
    this.calls = 0;
    this.#plan = { at, kind };
  }

  /** A new process, without faults. */
  revive(): void {
    this.#dead = false;
    this.#plan = undefined;
    this.calls = 0;
  }

  async call<T>(effect: () => T | Promise<T>): Promise<T> {
    if (this.#dead) throw new Crash('dead');
    this.calls += 1;
    const kind = this.#plan?.at === this.calls ? this.#plan.kind : undefined;
    if (kind === 'crash-before') this.#die();
    if (kind === 'refused') throw serviceRefusal();
    const result = await effect();
    if (kind === 'crash-after') this.#die();
    if (kind === 'ambiguous-timeout')
      throw Object.assign(new Error('socket hang up'), { name: 'TimeoutError' });
    return result;
  }

  #die(): never {
    this.#dead = true;
    throw new Crash('the process died');
  }
}

function serviceRefusal(): Error {
  return Object.assign(new Error('refused by the service'), {
    name: 'InternalServiceError',
    $metadata: { httpStatusCode: 400 },
  });
}
