import type { Stage } from './evidence.ts';

/**
 * The part of a login's whole time that one stage may take. A server may hold back its greeting on purpose, and
 * penalise failed logins of others before it answers AUTH, so these may take longest.
 */
const SHARE: Readonly<Record<Stage, number>> = {
  dns: 0.25,
  connect: 0.4,
  tls: 0.4,
  greeting: 0.6,
  ehlo: 0.4,
  starttls: 0.4,
  auth: 1,
  done: 1,
};

/** Milliseconds that `stage` may take when it begins with `remainingMs` left of a login's `budgetMs`. */
export function stageLimitMs(stage: Stage, budgetMs: number, remainingMs: number): number {
  return Math.max(0, Math.floor(Math.min(SHARE[stage] * budgetMs, remainingMs)));
}

/** Ends a login whose stage has used up its time, however the server drips; each stage that begins sets it anew. */
export class StageDeadline {
  readonly #controller = new AbortController();
  readonly #budgetMs: number;
  readonly #endsAt: number;
  #timer: NodeJS.Timeout | undefined;

  constructor(budgetMs: number) {
    this.#budgetMs = budgetMs;
    this.#endsAt = performance.now() + budgetMs;
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  enter(stage: Stage): void {
    clearTimeout(this.#timer);
    const limitMs = stageLimitMs(stage, this.#budgetMs, this.#endsAt - performance.now());
    if (limitMs === 0) this.#controller.abort();
    else this.#timer = setTimeout(() => this.#controller.abort(), limitMs);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}
