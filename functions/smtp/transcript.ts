import type { TlsFacts } from '../net/certificate.ts';
import { REDACTED } from '../observe/shown.ts';
import type { Login } from '../secrets/credential.ts';
import { Echoes } from './echoes/echoes.ts';
import { ehloKeywords, listedMechanisms, offeredMechanisms } from './ehlo.ts';
import type { Reply, Stage, StageTime, Timings } from './evidence.ts';
import { knownText } from './known-text.ts';
import { NOTHING_HIDDEN, parseReply, redacted, replyCode, wordsOf } from './reply.ts';

/** Milliseconds from any fixed point. */
type Clock = () => number;
type OnStage = (stage: Stage) => void;

/**
 * What one login attempt has shown so far: the stage under way, the time each took, and the server's replies.
 * nodemailer's connection feeds it through its `logger` option, the only public view of its dialogue.
 */
export class Transcript {
  authSent = false;
  /** AUTH mechanisms listed by the EHLO reply under TLS; what was said before TLS is not believed (RFC 3207 section 6). */
  offered: readonly string[] | null = null;
  /** Whether that reply lists any mechanism, by whatever name. */
  listsMechanisms = false;
  /** Whether commands may be sent before the replies to earlier ones (RFC 2920), by the same EHLO reply. */
  pipelining = false;
  #lastRaw: string | null = null;
  #lastReply: Reply | null | undefined;
  readonly #raws = new WeakMap<Reply, string>();
  #stage: Stage = 'dns';
  #since: number;
  #secured: boolean;
  readonly #stages: { stage: Stage; ms: number }[] = [{ stage: 'dns', ms: 0 }];
  readonly #started: number;
  readonly #echoes: Echoes;
  #greeting: string | null = null;
  /** All that the server said. */
  #words = '';
  /** The names in its certificate. */
  #names: readonly string[] = [];
  #searched = { said: '', echoed: false };
  readonly #onStage: OnStage;
  readonly #clock: Clock;

  constructor(
    { endpoint, username, password }: Login,
    onStage: OnStage = () => {},
    clock: Clock = () => performance.now(),
  ) {
    this.#secured = endpoint.security === 'tls';
    this.#echoes = new Echoes({ secrets: [password.reveal()], names: [username], host: endpoint.host });
    this.#clock = clock;
    this.#started = clock();
    this.#since = this.#started;
    this.#onStage = onStage;
    onStage(this.#stage);
  }

  get stage(): Stage {
    return this.#stage;
  }

  /**
   * Most replies move the dialogue on and are never looked at again: one is only read when it is asked for. Not to be
   * shown: to search for echoes takes longer than may go by between a reply and the next command.
   */
  get lastReply(): Reply | null {
    if (this.#lastReply === undefined) {
      this.#lastReply = this.#lastRaw === null ? null : parseReply(this.#lastRaw, NOTHING_HIDDEN);
      if (this.#lastReply && this.#lastRaw !== null) this.#raws.set(this.#lastReply, this.#lastRaw);
    }
    return this.#lastReply;
  }

  /** What is known of the server's greeting. */
  get greeting(): string | null {
    if (this.#greeting === null) return null;
    return this.#isEchoed() ? REDACTED : knownText(this.#greeting).shown;
  }

  /** A reply as it may be shown: without a text, once the server has repeated anything private in any of them. */
  shown(reply: Reply): Reply {
    const found = parseReply(this.#raws.get(reply) ?? '', this.#echoes) ?? reply;
    return this.#isEchoed() && found.text !== '' ? redacted(found, found.text) : found;
  }

  /** The names in a certificate are the server's words too. */
  shownTls(tls: TlsFacts): TlsFacts {
    const { subject, issuer } = tls.certificate;
    this.#names = [subject, issuer];
    if (!this.#isEchoed() || !this.#echoes.areInNames(this.#names)) return tls;
    return { ...tls, certificate: { ...tls.certificate, subject: REDACTED, issuer: REDACTED } };
  }

  #isEchoed(): boolean {
    const said = JSON.stringify([this.#words, this.#names]);
    if (this.#searched.said !== said)
      this.#searched = { said, echoed: this.#echoes.areIn(this.#words, this.#names) };
    return this.#searched.echoed;
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
    this.#echoes.hide(message);
  }

  received(raw: string): void {
    this.#lastRaw = raw;
    this.#lastReply = undefined;
    this.#words += ` ${wordsOf(raw)}`;
    if (this.#stage === 'greeting') this.#greeting = wordsOf(raw);
    if (this.#stage === 'starttls' && replyCode(raw) === 220) this.enter('tls');
    if (this.#stage === 'ehlo' && this.#secured && replyCode(raw) === 250) {
      this.offered = offeredMechanisms(raw);
      this.listsMechanisms = listedMechanisms(raw).length > 0;
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
