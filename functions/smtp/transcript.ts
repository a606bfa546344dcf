import type { Credential } from '../credential/credential.ts';
import { offeredMechanisms } from './ehlo.ts';
import type { Reply, Stage, Timings } from './evidence.ts';
import { mask, parseReply } from './reply.ts';

/** Milliseconds from any fixed point. */
type Clock = () => number;

/**
 * What one login attempt has shown so far: the stage under way, the time each took, and the server's replies.
 * nodemailer's connection feeds it through its `logger` option, the only public view of its dialogue.
 */
export class Transcript {
  authSent = false;
  greeting: string | null = null;
  /** AUTH mechanisms listed by the EHLO reply under TLS; what was said before TLS is not believed (RFC 3207 section 6). */
  offered: readonly string[] | null = null;
  lastReply: Reply | null = null;
  #stage: Stage = 'dns';
  #since: number;
  #secured: boolean;
  readonly #spent = new Map<Stage, number>();
  readonly #started: number;
  readonly #hidden: readonly string[];
  readonly #clock: Clock;

  constructor({ endpoint, username, password }: Credential, clock: Clock = () => performance.now()) {
    this.#secured = endpoint.security === 'tls';
    this.#hidden = privateForms(username, password.reveal());
    this.#clock = clock;
    this.#started = clock();
    this.#since = this.#started;
  }

  get stage(): Stage {
    return this.#stage;
  }

  enter(stage: Stage): void {
    const now = this.#clock();
    this.#spent.set(this.#stage, (this.#spent.get(this.#stage) ?? 0) + now - this.#since);
    this.#since = now;
    this.#stage = stage;
  }

  sent(command: string): void {
    if (/^EHLO /i.test(command)) {
      if (this.#stage === 'tls') this.#secured = true;
      this.enter('ehlo');
    } else if (/^STARTTLS$/i.test(command)) this.enter('starttls');
    else if (/^AUTH /i.test(command)) this.authSent = true;
  }

  received(raw: string): void {
    this.lastReply = parseReply(raw, this.#hidden);
    if (this.#stage === 'greeting') this.greeting = this.lastReply?.text ?? mask(raw, this.#hidden);
    if (this.#stage === 'starttls' && this.lastReply?.code === 220) this.enter('tls');
    if (this.#stage === 'ehlo' && this.#secured && this.lastReply?.code === 250) {
      this.offered = offeredMechanisms(raw);
    }
  }

  timings(): Timings {
    this.enter(this.#stage);
    const spent = (stage: Stage) => {
      const ms = this.#spent.get(stage);
      return ms === undefined ? null : Math.round(ms);
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

/** Every form in which a careless server could repeat the login back to us. */
function privateForms(username: string, password: string): readonly string[] {
  const base64 = (text: string) => Buffer.from(text).toString('base64');
  const plain = [username, password];
  return [...plain, ...plain.map(base64), base64(`\0${username}\0${password}`)];
}
