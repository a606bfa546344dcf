import type { Credential } from '../credential/credential.ts';
import { ehloKeywords, offeredMechanisms } from './ehlo.ts';
import type { Reply, Stage, StageTime, Timings } from './evidence.ts';
import { mask } from './masking.ts';
import { isMechanism } from './mechanisms/mechanisms.ts';
import { parseReply, replyCode } from './reply.ts';

/** Milliseconds from any fixed point. */
type Clock = () => number;
type OnStage = (stage: Stage) => void;

/**
 * What one login attempt has shown so far: the stage under way, the time each took, and the server's replies.
 * nodemailer's connection feeds it through its `logger` option, the only public view of its dialogue.
 */
export class Transcript {
  authSent = false;
  greeting: string | null = null;
  /** AUTH mechanisms listed by the EHLO reply under TLS; what was said before TLS is not believed (RFC 3207 section 6). */
  offered: readonly string[] | null = null;
  /** Whether commands may be sent before the replies to earlier ones (RFC 2920), by the same EHLO reply. */
  pipelining = false;
  #lastRaw: string | null = null;
  #lastReply: Reply | null | undefined;
  #stage: Stage = 'dns';
  #since: number;
  #secured: boolean;
  readonly #stages: { stage: Stage; ms: number }[] = [{ stage: 'dns', ms: 0 }];
  readonly #started: number;
  readonly #hidden: Set<string>;
  readonly #onStage: OnStage;
  readonly #clock: Clock;

  constructor(
    { endpoint, username, password }: Credential,
    onStage: OnStage = () => {},
    clock: Clock = () => performance.now(),
  ) {
    this.#secured = endpoint.security === 'tls';
    this.#hidden = new Set(privateForms(username, password.reveal()));
    this.#clock = clock;
    this.#started = clock();
    this.#since = this.#started;
    this.#onStage = onStage;
    onStage(this.#stage);
  }

  get stage(): Stage {
    return this.#stage;
  }

  /** Most replies move the dialogue on and are never looked at again: one is only read and masked when it is asked for. */
  get lastReply(): Reply | null {
    if (this.#lastReply === undefined)
      this.#lastReply = this.#lastRaw === null ? null : parseReply(this.#lastRaw, [...this.#hidden]);
    return this.#lastReply;
  }

  enter(stage: Stage): void {
    const now = this.#clock();
    const last = this.#stages.at(-1);
    if (last) last.ms += now - this.#since;
    this.#since = now;
    if (last?.stage === stage) return;
    this.#stages.push({ stage, ms: 0 });
    this.#stage = stage;
    this.#onStage(stage);
  }

  /** The stages in their order, up to now. */
  stages(): readonly StageTime[] {
    this.enter(this.#stage);
    return this.#stages.map(({ stage, ms }) => ({ stage, ms: Math.round(ms) }));
  }

  sent(command: string): void {
    if (/^EHLO /i.test(command)) {
      if (this.#stage === 'tls') this.#secured = true;
      this.enter('ehlo');
    } else if (/^STARTTLS$/i.test(command)) this.enter('starttls');
    else if (/^AUTH /i.test(command)) this.authSent = true;
  }

  /** A message of the AUTH exchange, before base64; a careless server might repeat it. */
  hide(message: string): void {
    for (const form of [message, base64(message)]) this.#hidden.add(form);
  }

  received(raw: string): void {
    const hidden = [...this.#hidden];
    this.#lastRaw = raw;
    this.#lastReply = undefined;
    if (this.#stage === 'greeting') this.greeting = this.lastReply?.text ?? mask(raw, hidden);
    if (this.#stage === 'starttls' && replyCode(raw) === 220) this.enter('tls');
    if (this.#stage === 'ehlo' && this.#secured && replyCode(raw) === 250) {
      this.offered = offeredMechanisms(raw).filter((name) => isMechanism(name) || !isEcho(name, hidden));
      this.pipelining = ehloKeywords(raw).includes('PIPELINING');
    }
  }

  timings(): Timings {
    this.enter(this.#stage);
    const spent = (wanted: Stage) => {
      const times = this.#stages.filter(({ stage }) => stage === wanted).map(({ ms }) => ms);
      return times.length === 0 ? null : Math.round(times.reduce((sum, ms) => sum + ms));
    };
    return {
      dnsMs: spent('dns'),
      connectMs: spent('connect'),
      tlsMs: spent('tls'),
      authMs: spent('auth'),
      totalMs: Math.round(this.#clock() - this.#started),
    };
  }
}

/** A server that has seen the password before could name a mechanism after it. */
function isEcho(name: string, hidden: readonly string[]): boolean {
  return hidden.some((value) => name.includes(value.toUpperCase()));
}

/** Every form in which a careless server could repeat the login back to us. */
function privateForms(username: string, password: string): readonly string[] {
  const plain = [username, password];
  return [...plain, ...plain.map(base64), base64(`\0${username}\0${password}`)];
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
