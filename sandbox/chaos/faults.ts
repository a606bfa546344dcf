import type { ApiAnswer, ApiRequest, Correction } from '../gateway/gateway.ts';

/**
 * What may become of one AWS call of a function. `crash`: the function's process is killed, before the call is carried
 * out or after. `lost`: the caller gets a 502 and cannot know which; the SDK tries again, as with AWS.
 */
export const FAULTS = ['crash-before', 'crash-after', 'lost-request', 'lost-answer'] as const;
export type Fault = (typeof FAULTS)[number];

/** Each fault's share of all calls. */
export const FAULT_RATE = 0.008;

export interface FaultOptions {
  /** From 0 up to 1, anew for each call. */
  readonly random: () => number;
  /** Kills the process that called. */
  readonly crash: () => Promise<void>;
}

/** Stands between one function and AWS. The function itself has no part in it: it cannot tell this from the real thing. */
export class Faults implements Correction {
  readonly counts: Record<Fault, number> = {
    'crash-before': 0,
    'crash-after': 0,
    'lost-request': 0,
    'lost-answer': 0,
  };
  calls = 0;
  readonly #options: FaultOptions;
  #calm = false;

  constructor(options: FaultOptions) {
    this.#options = options;
  }

  get crashes(): number {
    return this.counts['crash-before'] + this.counts['crash-after'];
  }

  /** From now on every call is carried out and answered. */
  calm(): void {
    this.#calm = true;
  }

  concerns(): boolean {
    return true;
  }

  async answer(_request: ApiRequest, forward: () => Promise<ApiAnswer>): Promise<ApiAnswer> {
    this.calls += 1;
    const fault = this.#draw();
    if (!fault) return forward();
    this.counts[fault] += 1;
    if (fault === 'crash-after' || fault === 'lost-answer') await forward();
    if (fault === 'crash-before' || fault === 'crash-after') await this.#options.crash();
    throw new Error(fault);
  }

  #draw(): Fault | undefined {
    if (this.#calm) return undefined;
    return FAULTS[Math.floor(this.#options.random() / FAULT_RATE)];
  }
}
