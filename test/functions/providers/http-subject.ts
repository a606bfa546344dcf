import { send } from '../../../functions/net/send.ts';
import type { ReadAdmin } from '../../../functions/providers/admin-secret.ts';
import type { HttpDeps } from '../../../functions/providers/http-api.ts';
import { ProviderError } from '../../../functions/providers/provider.ts';
import { adminOf } from '../../support/providers/admin-of.ts';
import type { ApiAnswer, FaultyHttp, HttpFault } from '../../support/providers/faulty-http.ts';
import type { Fault, Subject } from './conformance.ts';

/** A server that stays silent is waited for only as long as must be (ms). */
const HURRIED_MS = 700;
const UNHURRIED_MS = 10_000;
/** Longer than any wait that a call may take. */
const LATER = { 'Retry-After': '3600' };

/** The refusals of one provider, each with a body as it is documented. */
export type Refusals = Readonly<Record<'unauthorized' | 'rate-limited' | 'broken', ApiAnswer>>;

/** What a provider with an HTTP API gets of the world: this as its administrator's secret, and a clock that does not wait. */
export class HttpWorld {
  readonly deps: HttpDeps & { readonly readAdmin: ReadAdmin };
  readonly waits: number[] = [];
  readonly #http: FaultyHttp;
  readonly #refusals: Refusals;
  #longestCallMs = UNHURRIED_MS;

  constructor(http: FaultyHttp, admin: object, refusals: Refusals) {
    this.#http = http;
    this.#refusals = refusals;
    const longestCallMs = () => this.#longestCallMs;
    this.deps = {
      fetch: send,
      now: Date.now,
      sleep: async (ms) => void this.waits.push(ms),
      readAdmin: adminOf(admin),
      get longestCallMs() {
        return longestCallMs();
      },
    };
  }

  /** The half of a subject that is the same for all of them. */
  get subject(): Pick<Subject, 'fail' | 'writes' | 'reasonOf' | 'close'> {
    const http = this.#http;
    return {
      fail: (fault, times = 1) => this.#fail(fault, times),
      writes: () => http.requests.filter(({ method }) => method !== 'GET').length,
      reasonOf: (error) => {
        if (error instanceof ProviderError) return error.reason;
        throw error;
      },
      close: () => http.close(),
    };
  }

  #fail(fault: Fault, times: number): void {
    this.#longestCallMs = fault === 'silent' ? HURRIED_MS : UNHURRIED_MS;
    this.#http.fail(...Array<HttpFault>(times).fill(httpFault(fault, this.#refusals)));
  }
}

function httpFault(fault: Fault, refusals: Refusals): HttpFault {
  if (fault === 'unauthorized' || fault === 'broken') return refusals[fault];
  return fault === 'rate-limited' ? { ...refusals[fault], headers: LATER } : fault;
}
