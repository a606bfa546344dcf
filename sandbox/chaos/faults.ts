import { createHash } from 'node:crypto';
import { setEnvironment } from '../deploy/cdk.ts';
import { type ApiAnswer, type ApiRequest, type Correction, openGateway } from '../gateway/gateway.ts';
import type { Sandbox } from '../sandbox.ts';

/**
 * What may become of one AWS call of a function. `crash`: the function's process is killed, before the call is carried
 * out or after. `lost`: the caller gets a 502 and cannot know which; the SDK tries again, as with AWS.
 */
export const FAULTS = ['crash-before', 'crash-after', 'lost-request', 'lost-answer'] as const;
export type Fault = (typeof FAULTS)[number];

/** Each fault's share of all calls of a function. One that retires has its secret for half a minute after a crash: more would be waiting. */
export const FAULT_RATE = { rotate: 0.008, retire: 0.002 } as const;

export interface FaultOptions {
  /** From 0 up to 1, anew for each call. */
  readonly random: () => number;
  /** Each fault's share of all calls. */
  readonly rate: number;
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
    return FAULTS[Math.floor(this.#options.random() / this.#options.rate)];
  }
}

export interface FaultyFunction {
  readonly faults: Faults;
  close(): Promise<void>;
}

/** Leads every AWS call of a deployed function through `Faults`, by its endpoint address alone. */
export async function makeFaulty(
  { cloud, clients: { lambda } }: Pick<Sandbox, 'cloud' | 'clients'>,
  functionName: string,
  { random, rate }: Pick<FaultOptions, 'random' | 'rate'>,
): Promise<FaultyFunction> {
  const gateway = await openGateway();
  // Any change of its configuration ends the processes of a function; the local AWS does not wait for a call to end.
  const faults = new Faults({ random, rate, crash: () => setEnvironment(lambda, functionName, {}) });
  gateway.serve(cloud.account.endpoint, [faults]);
  await setEnvironment(lambda, functionName, { AWS_ENDPOINT_URL: gateway.url });
  return { faults, close: () => gateway.close() };
}

/** Most keys are known soon, a few after the rotation's second try: its waits are 1 to 2 and then 8 to 16 seconds long. */
const USUAL_MS = 1500;
const LONG_MS = 6000;
const LONG_SHARE = 0.05;

/** How long each new access key is unknown to the SES endpoint (ms), at random, and the same whenever it is asked. */
export function propagation(seed: number): (accessKeyId: string) => number {
  const random = draws(seed, 'propagation');
  const delays = new Map<string, number>();
  return (accessKeyId) => {
    const known = delays.get(accessKeyId);
    if (known !== undefined) return known;
    const delay = random() * (random() < LONG_SHARE ? LONG_MS : USUAL_MS);
    delays.set(accessKeyId, delay);
    return delay;
  };
}

/**
 * An endless row of numbers from 0 up to 1, the same for the same seed and name. Each subject draws from a row of its
 * own, so that one which draws more often does not change what the others get.
 */
export function draws(seed: number, name: string): () => number {
  let count = 0;
  return () => {
    count += 1;
    const digest = createHash('sha256').update(`${seed} ${name} ${count}`).digest();
    return digest.readUInt32BE() / 2 ** 32;
  };
}
