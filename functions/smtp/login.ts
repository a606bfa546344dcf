import type { Network } from '../net/network.ts';
import type { Login } from '../secrets/credential.ts';
import type { Failure, LoginEvidence, Stage } from './evidence.ts';
import { type Afterwards, Session } from './session.ts';
import { Transcript } from './transcript.ts';

/**
 * One login: dial, verified TLS, AUTH, QUIT; on a fresh connection, never more than one AUTH.
 * Never rejects for what a server or network does; that is in the evidence. `budgetMs` bounds all of it.
 * `afterwards` goes on in the session when the login is proven.
 * No AUTH byte is sent before the server's certificate was verified for `host` (RFC 8314, RFC 9525).
 */
export async function login(
  credential: Login,
  budgetMs: number,
  network: Network,
  afterwards?: Afterwards,
): Promise<LoginEvidence> {
  const limitMs = Math.max(1, Math.floor(budgetMs));
  const deadline = new StageDeadline(budgetMs);
  const transcript = new Transcript(credential, (stage) => deadline.enter(stage));
  const session = new Session(credential, transcript, network, deadline.signal, limitMs);
  const failure = await session.run(afterwards);
  deadline.stop();
  const evidence = evidenceOf(credential, transcript, session, failure);
  await session.quit();
  return evidence;
}

function evidenceOf(
  { endpoint: { host, port, security }, tokenIssued }: Login,
  transcript: Transcript,
  { tls, used, accepted, address }: Session,
  failure: Failure | null,
): LoginEvidence {
  const { stage, authSent, offered, lastReply } = transcript;
  const timings = transcript.timings();
  // Before the replies: a certificate that repeats a password takes their texts with it.
  const shownTls = tls && transcript.shownTls(tls);
  const shownFailure =
    failure?.kind === 'reply' ? { ...failure, reply: transcript.shown(failure.reply) } : failure;
  const last = accepted ?? lastReply;
  const reply = shownFailure?.kind === 'reply' ? shownFailure.reply : last && transcript.shown(last);
  return {
    endpoint: { host, port, security },
    ...(address !== null && { address }),
    stage,
    failure: shownFailure,
    authSent,
    tls: shownTls,
    offered,
    used,
    ...(tokenIssued && { tokenIssued }),
    greeting: transcript.greeting,
    reply,
    timings,
    stages: transcript.stages(),
  };
}

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
class StageDeadline {
  readonly #controller = new AbortController();
  readonly #budgetMs: number;
  readonly #endsAt: number;
  #stageEndsAt = 0;
  /** Nearly all stages end long before they must, and the next may last longer: so it is only set anew when it goes off. */
  #timer: NodeJS.Timeout | undefined;
  #goesOffAt = Number.POSITIVE_INFINITY;

  constructor(budgetMs: number) {
    this.#budgetMs = budgetMs;
    this.#endsAt = performance.now() + budgetMs;
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  enter(stage: Stage): void {
    const now = performance.now();
    const limitMs = stageLimitMs(stage, this.#budgetMs, this.#endsAt - now);
    this.#stageEndsAt = now + limitMs;
    if (limitMs === 0) this.#controller.abort();
    else if (this.#stageEndsAt < this.#goesOffAt) this.#set(limitMs);
  }

  #set(limitMs: number): void {
    clearTimeout(this.#timer);
    this.#goesOffAt = performance.now() + limitMs;
    this.#timer = setTimeout(() => this.#goOff(), limitMs);
  }

  #goOff(): void {
    const leftMs = this.#stageEndsAt - performance.now();
    if (leftMs < 1) this.#controller.abort();
    else this.#set(leftMs);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}
