import { canonicalHost } from '../../net/endpoint.ts';

/**
 * One credential of a mail host after the other, and different hosts side by side. The map runs a fixed number of batches
 * at once, so a host is busy with at most as many of our logins, however many thousand credentials it has.
 */
export class HostTurns {
  readonly #last = new Map<string, Promise<unknown>>();

  /** Runs `task` when all that was given for this host before has ended, well or not. */
  async run<T>(host: string, task: () => Promise<T>): Promise<T> {
    const key = canonicalHost(host);
    const turn = (this.#last.get(key) ?? Promise.resolve()).then(task, task);
    this.#last.set(key, turn);
    return await turn;
  }
}
