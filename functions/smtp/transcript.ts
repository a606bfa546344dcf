import type net from 'node:net';
import type { TlsFacts } from '../net/certificate.ts';
import { REDACTED } from '../observe/shown.ts';
import type { Login } from '../secrets/credential.ts';
import { Echoes } from './echoes/echoes.ts';
import { ehloKeywords, listedMechanisms, registeredMechanisms } from './ehlo.ts';
import type { Failure, Reply, Stage, StageTime, Timings } from './evidence.ts';
import { knownText } from './known-text.ts';
import { parseReply, ReplyReader, redacted, replyCode, statusOf, wordsOf } from './reply.ts';
import { TLS_SPOKEN } from './verdicts/tls.ts';

/** Milliseconds from any fixed point. */
type Clock = () => number;
type OnStage = (stage: Stage) => void;

/** RFC 5321 section 4.5.3.1.5 allows 512 octets a line; all that a real server says in a login stays below 8 KiB. */
const MOST_OCTETS = 64 * 1024;
/** RFC 5321 section 3.8: a server that shuts down may say so at any time. */
const MAY_COME_UNASKED = /^421[ -]/;
const PROTOCOL: Failure = { kind: 'protocol' };

/**
 * What one login attempt has shown so far: the stage under way, the time each took, and the server's replies. It sees each
 * byte ahead of nodemailer, which keeps replies that nobody asked for and takes them for the answers to later commands: a
 * 535 sent along with the EHLO reply would pass for the refusal of a login. What breaks the protocol ends the connection, so
 * that no further command goes out. nodemailer's `logger` option, the only public view of its dialogue, says which command
 * comes next, and when it takes up a reply.
 */
export class Transcript {
  authSent = false;
  /** AUTH mechanisms listed by the EHLO reply under TLS; what was said before TLS is not believed (RFC 3207 section 6). */
  offered: readonly string[] | null = null;
  /** Whether that reply lists any mechanism, by whatever name. */
  listsMechanisms = false;
  /** Whether commands may be sent before the replies to earlier ones (RFC 2920), by the same EHLO reply. */
  pipelining = false;
  readonly #reader = new ReplyReader(MOST_OCTETS);
  #socket: net.Socket | undefined;
  /** How many replies are due: more than one when QUIT follows AUTH at once. */
  #awaited = 1;
  /** Complete, but not taken up by nodemailer yet. */
  readonly #unread: string[] = [];
  /** STARTTLS was said on this socket. */
  #securing = false;
  #breach: Failure | null = null;
  /** The last reply, all its lines. */
  lastRaw: string | null = null;
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
  /** Undefined: not searched since something was said. */
  #echoed: boolean | undefined;
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
   * Most replies move the dialogue on and are never looked at again: one is only read when it is asked for. Without its
   * text, which `shown` has: to search for echoes takes longer than may go by between a reply and the next command.
   */
  get lastReply(): Reply | null {
    if (this.#lastReply === undefined) {
      const status = this.lastRaw === null ? null : statusOf(this.lastRaw);
      this.#lastReply = status && { ...status, text: '' };
      if (this.#lastReply && this.lastRaw !== null) this.#raws.set(this.#lastReply, this.lastRaw);
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
    this.#echoed = undefined;
    if (!this.#isEchoed() || !this.#echoes.areInNames(this.#names)) return tls;
    return { ...tls, certificate: { ...tls.certificate, subject: REDACTED, issuer: REDACTED } };
  }

  #isEchoed(): boolean {
    this.#echoed ??= this.#echoes.areIn(this.#words, this.#names);
    return this.#echoed;
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

  /** The connection, and after STARTTLS its successor; before nodemailer listens to it. */
  watch(socket: net.Socket): void {
    if (socket === this.#socket) return;
    this.#socket = socket;
    this.#securing = false;
    this.#unread.length = 0;
    this.#reader.clear();
    socket.prependListener('data', (chunk: Buffer) => this.#see(chunk));
  }

  /** Whether the server has answered everything. */
  get isIdle(): boolean {
    return this.#awaited === 0;
  }

  /** How the server broke the protocol, so that nothing may be said to it any more; null while it has not. */
  get breach(): Failure | null {
    return this.#breach;
  }

  #see(chunk: Buffer): void {
    if (this.#isDropping()) return;
    const { replies, flaw } = this.#reader.push(chunk);
    for (const reply of replies) {
      this.#expect(reply);
      this.#unread.push(reply);
      this.#awaited = Math.max(0, this.#awaited - 1);
      if (this.#isDropping()) return;
    }
    if (flaw) this.#refuse(flaw, flaw === 'tls' ? { kind: 'tls', code: TLS_SPOKEN } : PROTOCOL);
    else if (this.#awaited === 0 && this.#reader.beginning !== '') this.#expect(this.#reader.beginning);
  }

  /** Whatever comes behind the reply to STARTTLS is thrown away unread (RFC 3207 section 4.2). */
  #isDropping(): boolean {
    return this.#securing && this.#awaited === 0;
  }

  #expect(reply: string): void {
    if (this.#awaited === 0 && !MAY_COME_UNASKED.test(reply)) this.#refuse('a reply to nothing', PROTOCOL);
  }

  #refuse(why: string, breach: Failure): void {
    this.#breach ??= breach;
    this.#socket?.destroy(new Error(`unexpected from the server: ${why}`));
  }

  /** To be told of each command before it is sent. */
  sent(command: string): void {
    this.#awaited += 1;
    if (/^EHLO /i.test(command)) {
      if (this.#stage === 'tls') this.#secured = true;
      this.enter('ehlo');
    } else if (/^STARTTLS$/i.test(command)) {
      this.#securing = true;
      this.enter('starttls');
    } else if (/^AUTH /i.test(command)) this.authSent = true;
  }

  /** nodemailer takes up a reply, be it one that was cut off, which is none. */
  answered(): void {
    const raw = this.#unread.shift();
    if (raw !== undefined) this.received(raw);
  }

  /** A message of the AUTH exchange, before base64; a careless server might repeat it. */
  hide(message: string): void {
    this.#echoes.hide(message);
    this.#echoed = undefined;
  }

  received(raw: string): void {
    this.lastRaw = raw;
    this.#lastReply = undefined;
    const words = wordsOf(raw);
    this.#words += ` ${words}`;
    this.#echoed = undefined;
    if (this.#stage === 'greeting') this.#greeting = words;
    if (this.#stage === 'starttls' && replyCode(raw) === 220) this.enter('tls');
    if (this.#stage === 'ehlo' && this.#secured && replyCode(raw) === 250) {
      const keywords = ehloKeywords(raw);
      const listed = listedMechanisms(keywords);
      this.offered = registeredMechanisms(listed);
      this.listsMechanisms = listed.length > 0;
      this.pipelining = keywords.includes('PIPELINING');
    }
  }

  timings(): Timings {
    this.enter(this.#stage);
    return {
      dnsMs: this.#spent('dns'),
      connectMs: this.#spent('connect'),
      tlsMs: this.#spent('tls'),
      authMs: this.#spent('auth'),
      totalMs: Math.round(this.#since - this.#started),
    };
  }

  #spent(wanted: Stage): number | null {
    let spent: number | null = null;
    for (const { stage, ms } of this.#stages) if (stage === wanted) spent = (spent ?? 0) + ms;
    return spent === null ? null : Math.round(spent);
  }
}
