import pLimit, { type LimitFunction } from 'p-limit';
import { canonicalHost } from '../net/endpoint.ts';

const AT_ONCE = 10;
/** A server that sees more connections of one client at a time may throttle it (Postfix: smtpd_client_connection_count_limit). */
const AT_ONCE_TO_A_HOST = 2;

/** One login needs at least this (ms); with less it does not begin. */
const LEAST_MS = 3000;
/** One that hangs must not take the time of all the others (ms). */
const MOST_MS = 10_000;

/** What a login may take (ms), and how much longer it may wait until the login budget of its account and host lets it in. */
export interface LoginTime {
  readonly budgetMs: number;
  readonly patienceMs: number;
}

/** The turn of a login came too late; nothing was dialled. */
export class OutOfTime extends Error {
  override readonly name = 'OutOfTime';
}

/** The logins of one batch: at most ten at a time, two of them to one host, each with its share of the time left. */
export class LoginQueue {
  readonly #all = pLimit(AT_ONCE);
  readonly #hosts = new Map<string, LimitFunction>();
  readonly #remainingMs: () => number;

  constructor(remainingMs: () => number) {
    this.#remainingMs = remainingMs;
  }

  /** Calls `login` with its time when its turn has come; rejects with `OutOfTime` when too little is left. */
  run<T>(host: string, login: (time: LoginTime) => Promise<T>): Promise<T> {
    const queue = this.#queueOf(canonicalHost(host));
    const inTurn = () => {
      const remainingMs = this.#remainingMs();
      const budgetMs = shareOf(remainingMs, queue.activeCount + queue.pendingCount);
      if (budgetMs === null) throw new OutOfTime();
      return login({ budgetMs, patienceMs: remainingMs - budgetMs });
    };
    return queue(() => this.#all(inTurn));
  }

  #queueOf(host: string): LimitFunction {
    const queue = this.#hosts.get(host) ?? pLimit(AT_ONCE_TO_A_HOST);
    this.#hosts.set(host, queue);
    return queue;
  }
}

/** What a login may take (ms) when `unfinished` ones, this one included, wait for the same host; null: too late. */
export function shareOf(remainingMs: number, unfinished: number): number | null {
  if (remainingMs < LEAST_MS) return null;
  const rounds = Math.ceil(unfinished / AT_ONCE_TO_A_HOST);
  return Math.min(remainingMs, MOST_MS, Math.max(LEAST_MS, remainingMs / rounds));
}
