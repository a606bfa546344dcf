import { randomBytes } from 'node:crypto';
import type { Endpoint } from '../../net/endpoint.ts';
import type { Credential } from '../../providers/secret.ts';
import { Redacted } from '../../secrets/redacted.ts';
import type { LoginOutcome } from '../../smtp/login-result.ts';
import type { Relay } from '../../smtp/probe/misuse.ts';
import { gather } from '../outcome.ts';
import { type OptIns, optInFor } from '../settings.ts';
import type { OptInFacts } from '../subjects/credential.ts';

interface Ports {
  /** One login inside the login budget. */
  readonly attempt: (credential: Credential, budgetMs: number) => Promise<LoginOutcome>;
  readonly relay: (endpoint: Endpoint, recipient: string, budgetMs: number) => Promise<Relay>;
}

export const ALL_OFF: OptInFacts = { negativeControl: null, openRelay: null };

/** What the owner of a server agreed to have tried there; once for all the credentials of a batch that log in to it. */
export class OptInTests {
  readonly #ports: Ports;
  readonly #shared = new Map<string, Promise<OptInFacts>>();

  constructor(ports: Ports) {
    this.#ports = ports;
  }

  /** `budgetMs` for each of the two. */
  of(endpoint: Endpoint, optIns: OptIns, budgetMs: number): Promise<OptInFacts> {
    const key = JSON.stringify(endpoint);
    const shared = this.#shared.get(key) ?? this.#run(endpoint, optIns, budgetMs);
    this.#shared.set(key, shared);
    return shared;
  }

  async #run(endpoint: Endpoint, optIns: OptIns, budgetMs: number): Promise<OptInFacts> {
    const { attempt, relay } = this.#ports;
    const control = optInFor(optIns, endpoint.host, 'negative-control');
    const open = optInFor(optIns, endpoint.host, 'open-relay');
    const { recipient } = open ?? {};
    const toRelay = recipient ? await gather(() => relay(endpoint, recipient, budgetMs)) : undefined;
    return {
      negativeControl: control ? await gather(() => attempt(nobody(endpoint), budgetMs)) : null,
      openRelay: open ? (toRelay ?? 'no-recipient') : null,
    };
  }
}

/** A user that no server has; always the same, so that the login budget bounds its failures over all batches and runs. */
function nobody(endpoint: Endpoint): Credential {
  const password = new Redacted(randomBytes(18).toString('base64url'));
  return { endpoint, username: 'keyturn-negative-control', password };
}
