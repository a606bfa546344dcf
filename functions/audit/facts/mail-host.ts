import { randomBytes } from 'node:crypto';
import pLimit, { type LimitFunction } from 'p-limit';
import type { Attempt } from '../../budget/turn.ts';
import { promotedAt, refusedFrom } from '../../lifecycle/retirable.ts';
import { canonicalHost, type Endpoint } from '../../net/endpoint.ts';
import { REDACTED } from '../../observe/shown.ts';
import { type Credential, type Provider, parseSecret } from '../../providers/secret.ts';
import { idOf } from '../../secrets/credential.ts';
import { type SecretDescription, versionWith } from '../../secrets/description.ts';
import { Redacted } from '../../secrets/redacted.ts';
import type { SecretReader } from '../../secrets/store.ts';
import { Echoes } from '../../smtp/echoes/echoes.ts';
import type { LoginOutcome } from '../../smtp/login-result.ts';
import type { ServerFacts } from '../../smtp/probe/facts.ts';
import type { Relay } from '../../smtp/probe/misuse.ts';
import type { Afterwards } from '../../smtp/session.ts';
import { gather, known } from '../check.ts';
import { type AuditSettings, type OptIns, optInFor } from '../settings.ts';
import {
  type CredentialFacts,
  NOT_ASKED,
  type OptInFacts,
  type PreviousCredential,
} from '../subjects/credential.ts';
import { NOTHING_HEARD, rehearse } from './rehearsal.ts';

/** Enough for a login, and for its confirmation when a credential that was good is refused. */
const LOGIN_LIMIT_MS = 15_000;
/** Other batches may be at the same host, whose login budget lets only a few in at a time. */
const PATIENCE_MS = 45_000;
/** A probe has up to 15 connections, and some servers wait for seconds before each greeting. */
const PROBE_LIMIT_MS = 40_000;
export const ALL_OFF: OptInFacts = { negativeControl: null, openRelay: null };

/** What is asked of a mail host for one credential. */
export type HostFacts = Pick<CredentialFacts, 'login' | 'rehearsal' | 'previous' | 'server' | 'optIn'>;

export const NOBODY_THERE: HostFacts = {
  login: NOT_ASKED,
  rehearsal: NOTHING_HEARD,
  previous: NOT_ASKED,
  server: NOT_ASKED,
  optIn: ALL_OFF,
};

export interface HostSources {
  readonly store: Pick<SecretReader, 'describe' | 'read'>;
  readonly settings: AuditSettings;
  readonly turns: HostTurns;
  readonly probes: SharedProbes;
  readonly optInTests: OptInTests;
  readonly prove: (tried: Attempt, afterwards?: Afterwards) => Promise<LoginOutcome>;
  readonly attempt: (tried: Attempt) => Promise<LoginOutcome>;
  readonly now: () => number;
  readonly remainingMs: () => number;
}

/** `keys`: those of Amazon SES's user; while they cannot be read the replaced one is not tried. */
type Sources = HostSources &
  Pick<CredentialFacts, 'keys'> & {
    /** When the value of the current version was stored (ms since 1970); null: nobody says. */
    readonly storedAt: number | null;
  };

/** All in one turn: no two credentials are at one mail host at the same time. */
export function meetHost(
  sources: Sources,
  description: SecretDescription,
  endpoint: Endpoint,
  credential: Credential | undefined,
): Promise<HostFacts> {
  const { turns, probes, optInTests, settings } = sources;
  const budget = (limitMs: number) => Math.max(1, Math.min(limitMs, sources.remainingMs()));
  return turns.run(endpoint.host, async () => ({
    ...(credential ? await logIn(sources, description, credential, budget) : NOBODY_THERE),
    server: known(await probes.of(endpoint, credential, budget(PROBE_LIMIT_MS))),
    optIn: await optInTests.of(endpoint, settings.optIns, budget(LOGIN_LIMIT_MS)),
  }));
}

/** DynamoDB keeps the login budget; while it cannot be reached there is no login, and the rest is examined all the same. */
async function logIn(
  sources: Sources,
  description: SecretDescription,
  credential: Credential,
  budget: (limitMs: number) => number,
): Promise<Pick<HostFacts, 'login' | 'rehearsal' | 'previous'>> {
  const rehearsal = { ...NOTHING_HEARD };
  const budgetMs = budget(LOGIN_LIMIT_MS);
  const patienceMs = budget(PATIENCE_MS + budgetMs) - budgetMs;
  const tried = { credential, secretArn: description.arn, budgetMs, patienceMs };
  const login = await gather(() => sources.prove(tried, rehearse(credential, sources.settings, rehearsal)));
  const previous = await replaced(sources, description, credential, budget(LOGIN_LIMIT_MS));
  return { login, rehearsal, previous };
}

async function replaced(
  sources: Sources,
  description: SecretDescription,
  current: Credential,
  budgetMs: number,
): Promise<HostFacts['previous']> {
  const { keys } = sources;
  const isListed = current.provider?.type === 'ses' && versionWith('AWSPREVIOUS', description) !== undefined;
  if (isListed && !keys.known) return keys;
  return gather(() => previousCredential(sources, description, current, budgetMs));
}

/** Each of their credentials has an id of its own, and is gone for good once it is retired. */
const ISSUING: readonly Provider['type'][] = ['ses', 'sendgrid', 'resend'];

const notTried = (because: string): PreviousCredential => ({ kind: 'not-tried', because });

type PreviousSources = Pick<Sources, 'attempt' | 'settings' | 'now' | 'keys' | 'storedAt'> & {
  readonly store: Pick<SecretReader, 'read'>;
};

/**
 * Logs in once with a replaced credential, from the day on which it must not work any more. Not with one that its provider
 * lists as active: that login would be a use, and retirement waits until it was unused for longer than from one audit to the next.
 */
export async function previousCredential(
  { store, attempt, settings, now, keys, storedAt }: PreviousSources,
  description: SecretDescription,
  current: Credential,
  budgetMs: number,
): Promise<PreviousCredential> {
  if (!versionWith('AWSPREVIOUS', description)) return notTried('No credential has been replaced yet.');
  if (!current.provider || !ISSUING.includes(current.provider.type))
    return notTried('With this provider the replaced login takes its turn again, or is not ours to end.');
  // As retirement has it: the last rotation may be older than a value that somebody stored by hand.
  const replacedAt = promotedAt(description.lastRotatedAt ?? now(), storedAt);
  if (now() < refusedFrom(replacedAt, settings))
    return notTried('The replaced credential is still in its overlap or soak time.');
  const value = await store.read(description.arn, { stage: 'AWSPREVIOUS' });
  const parsed = value.kind === 'value' ? parseSecret(value.text.reveal()) : undefined;
  if (parsed?.kind !== 'credential') return notTried('The replaced version holds no credential.');
  if (idOf(parsed.credential) === idOf(current))
    return notTried('The replaced version holds the same credential.');
  if (parsed.credential.username.toLowerCase() === current.username.toLowerCase())
    return notTried('Both log in as one user, and the refusal would count against the one in use.');
  const { credential } = parsed;
  const id = idOf(credential);
  if (keys.known && keys.value.some((key) => key.id === id && key.active)) return { kind: 'active' };
  const tried = { credential, secretArn: description.arn, budgetMs, meantToFail: true };
  return { kind: 'tried', outcome: await attempt(tried) };
}

/**
 * One credential of a mail host after the other, and different hosts side by side. The map runs a fixed number of batches
 * at once, so a host is busy with at most as many of our logins, however many thousand credentials it has.
 */
export class HostTurns {
  readonly #hosts = new Map<string, LimitFunction>();

  /** Runs `task` when all that was given for this host before has ended, well or not. */
  run<T>(host: string, task: () => Promise<T>): Promise<T> {
    const key = canonicalHost(host);
    const inTurn = this.#hosts.get(key) ?? pLimit(1);
    this.#hosts.set(key, inTurn);
    return inTurn(task);
  }
}

type Probe = (endpoint: Endpoint, budgetMs: number) => Promise<ServerFacts>;

/**
 * One probe of a server, which takes more than a dozen connections, for all the credentials of a batch that log in
 * there. A server that is down costs its time limits once.
 */
export class SharedProbes {
  readonly #probe: Probe;
  readonly #shared = new Map<string, Promise<ServerFacts>>();

  constructor(probe: Probe) {
    this.#probe = probe;
  }

  /** Neither the password of the first credential, after whose login the server was probed, nor that of this one is in it. */
  async of(endpoint: Endpoint, credential: Credential | undefined, budgetMs: number): Promise<ServerFacts> {
    const key = JSON.stringify(endpoint);
    let shared = this.#shared.get(key);
    if (!shared) {
      shared = this.#probe(endpoint, budgetMs).then((facts) => withoutPassword(facts, credential));
      this.#shared.set(key, shared);
    }
    return withoutPassword(await shared, credential);
  }
}

/** Every password of a credential: other regions have their own. */
export function passwordsOf({ password, endpoints = [] }: Credential): readonly string[] {
  return [password, ...endpoints.flatMap((one) => one.password ?? [])].map((one) => one.reveal());
}

/**
 * What a probe found; a password that the server repeats, having seen it in a login, does not come back. Mechanisms are
 * registered names, so there is nothing to look for in them.
 */
function withoutPassword(facts: ServerFacts, credential: Credential | undefined): ServerFacts {
  if (!credential) return facts;
  const { username, endpoint } = credential;
  const echoes = new Echoes({ secrets: passwordsOf(credential), names: [username], host: endpoint.host });
  const { greeting, session } = facts;
  return {
    ...facts,
    greeting: greeting && { ...greeting, text: echoes.areShownBy(greeting.text) ? REDACTED : greeting.text },
    session: session && { ...session, certificate: cleanNames(session.certificate, echoes) },
  };
}

type Certificate = NonNullable<ServerFacts['session']>['certificate'];

function cleanNames(certificate: Certificate, echoes: Echoes): Certificate {
  const { subject, issuer } = certificate;
  return echoes.areInNames([subject, issuer])
    ? { ...certificate, subject: REDACTED, issuer: REDACTED }
    : certificate;
}

interface OptInPorts {
  /** One login inside the login budget. */
  readonly attempt: (credential: Credential, budgetMs: number) => Promise<LoginOutcome>;
  readonly relay: (endpoint: Endpoint, recipient: string, budgetMs: number) => Promise<Relay>;
}

/** What the owner of a server agreed to have tried there; once for all the credentials of a batch that log in to it. */
export class OptInTests {
  readonly #ports: OptInPorts;
  readonly #shared = new Map<string, Promise<OptInFacts>>();

  constructor(ports: OptInPorts) {
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
