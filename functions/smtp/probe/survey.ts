import { randomBytes } from 'node:crypto';
import { upgrade } from './dialogue.ts';
import {
  type CipherClass,
  ELLIPTIC_ANONYMOUS,
  type Handshake,
  OTHER_CLASSES,
  SUITES,
  suitesOf,
  TLS_VERSIONS,
  TLS13_SUITES,
  type TlsSurvey,
  type TlsVersion,
  VERSION_SUITES,
  WEAK_CLASSES,
  type WeakClass,
} from './facts.ts';
import { encodeClientHello, type HelloAnswer, readServerHello, VERSION_NUMBERS } from './hello.ts';
import { Interrupted, type LineConnection, type Probed, withLine } from './line-connection.ts';

/** Connections of one survey: a sound server needs them all. Each weak class that is found takes one from the last questions. */
const CONNECTIONS = 12;
/** Some firewalls swallow an SSL 3.0 hello, so it comes last and costs no other answer. */
const VERSION_ORDER: readonly TlsVersion[] = TLS_VERSIONS.toReversed();
const NOT_REACHED: Handshake = { result: 'unknown', reason: 'not-reached' };

type Ask = (offer: Offer) => Promise<Offered>;

/** The survey of a server that could not be asked. */
export const NO_SURVEY: TlsSurvey = {
  handshakes: every(TLS_VERSIONS, NOT_REACHED),
  ciphers: every([...WEAK_CLASSES, ...OTHER_CLASSES], NOT_REACHED),
  dhBits: null,
};

/**
 * Which protocol versions and cipher suites a server takes, by hand-written hellos, one connection after the other and
 * never more than 12, and one more for a server that hung up. `proven`: the version of a session that there was already,
 * which is not asked for again. Once it asks to slow down it is left alone, and what is left to ask is unknown for that
 * reason.
 */
export async function surveyTls(server: Probed, proven?: string): Promise<TlsSurvey> {
  const version = TLS_VERSIONS.find((name) => name === proven);
  const taken = version ? versionOffer(version) : null;
  const asking: Asking = { left: CONNECTIONS, stopped: null, hungUp: false, taken };
  const survey = await askAll((offer) => askOnce(server, offer, asking), version);
  return asking.hungUp && !(await isStillThere(server, asking)) ? doubted(survey) : survey;
}

async function askAll(ask: Ask, proven: TlsVersion | undefined): Promise<TlsSurvey> {
  const offerClass = (name: CipherClass) =>
    ask({ version: 'TLSv1.2', suites: SUITES[name], prime: name === 'dhe' });
  const handshakes = { ...NO_SURVEY.handshakes };
  for (const version of VERSION_ORDER)
    handshakes[version] = version === proven ? { result: 'accepted' } : await offerVersion(ask, version);
  const dhe = await offerClass('dhe');
  const anonymous = await offerAnonymous(ask);
  const found = TLS_VERSIONS.find((name) => anonymous.kind === 'hello' && isOf(name, anonymous));
  if (found) handshakes[found] = { result: 'accepted' };
  const weak = await offerWeak(ask);
  const ciphers = { ...weak, dhe: handshakeOf(dhe), anonymous: handshakeOf(anonymous) };
  const others = { ecdhe: NOT_REACHED, 'static-key': NOT_REACHED, cbc: NOT_REACHED };
  for (const name of ['ecdhe', 'static-key', 'cbc'] as const)
    others[name] = handshakeOf(await offerClass(name));
  const dhBits = dhe.kind === 'hello' ? dhe.dhBits : null;
  return { handshakes, ciphers: { ...ciphers, ...others }, dhBits };
}

interface Asking {
  left: number;
  stopped: Offered | null;
  /** The last answer, if it can be called one. */
  hungUp: boolean;
  /** The last offer that was accepted. */
  taken: Offer | null;
}

async function askOnce(server: Probed, offer: Offer, asking: Asking): Promise<Offered> {
  if (asking.stopped) return asking.stopped;
  if (asking.left === 0 || performance.now() >= server.deadline)
    return { kind: 'unknown', reason: 'not-reached' };
  asking.left -= 1;
  const offered = await offerHello(server, offer);
  if (offered.kind === 'unknown' && offered.reason === 'throttled') asking.stopped = offered;
  if (offered.kind === 'hello') asking.taken = offer;
  if (offered.kind !== 'unknown') asking.hungUp = offered.kind === 'refused' && offered.hungUp;
  return offered;
}

/** Whether a server still takes what it took before: if not, it hung up on us and not on what was offered. */
async function isStillThere(server: Probed, { taken, stopped }: Asking): Promise<boolean> {
  return taken !== null && stopped === null && (await offerHello(server, taken)).kind === 'hello';
}

function doubted({ handshakes, ciphers, dhBits }: TlsSurvey): TlsSurvey {
  return { handshakes: withoutRefusals(handshakes), ciphers: withoutRefusals(ciphers), dhBits };
}

function withoutRefusals<K extends string>(found: Readonly<Record<K, Handshake>>): Record<K, Handshake> {
  const entries = Object.entries<Handshake>(found).map(([name, handshake]) => [
    name,
    handshake.result === 'refused' ? { result: 'unknown', reason: 'closed' } : handshake,
  ]);
  return Object.fromEntries(entries) as Record<K, Handshake>;
}

/** A server that answers with an older version refuses the one that was offered. */
async function offerVersion(ask: Ask, version: TlsVersion): Promise<Handshake> {
  const offered = await ask(versionOffer(version));
  return offered.kind === 'hello' && !isOf(version, offered) ? { result: 'refused' } : handshakeOf(offered);
}

function versionOffer(version: TlsVersion): Offer {
  return { version, suites: version === 'TLSv1.3' ? TLS13_SUITES : VERSION_SUITES };
}

function isOf(name: TlsVersion, { version }: { readonly version: number }): boolean {
  return version === VERSION_NUMBERS[name];
}

/** A server without Diffie-Hellman parameters may choose a suite that needs them all the same, and then hangs up. */
async function offerAnonymous(ask: Ask): Promise<Offered> {
  const all = await ask({ version: 'TLSv1.2', suites: SUITES.anonymous });
  return all.kind === 'refused' ? ask({ version: 'TLSv1.2', suites: ELLIPTIC_ANONYMOUS }) : all;
}

/** All weak classes at once, but for the anonymous one; one that the server takes is left out of the next hello, until it refuses the rest. */
async function offerWeak(ask: Ask): Promise<Record<WeakClass, Handshake>> {
  const results = every(WEAK_CLASSES, NOT_REACHED);
  let open = WEAK_CLASSES.filter((name) => name !== 'anonymous');
  while (open.length > 0) {
    const offered = await ask({ version: 'TLSv1.2', suites: suitesOf(open) });
    const taken = open.filter((name) => offered.kind !== 'hello' || SUITES[name].includes(offered.suite));
    for (const name of taken) results[name] = handshakeOf(offered);
    open = open.filter((name) => !taken.includes(name));
  }
  return results;
}

function handshakeOf(offered: Offered): Handshake {
  if (offered.kind === 'unknown') return { result: 'unknown', reason: offered.reason };
  return { result: offered.kind === 'hello' ? 'accepted' : 'refused' };
}

function every<K extends TlsVersion | CipherClass>(
  names: readonly K[],
  handshake: Handshake,
): Record<K, Handshake> {
  return Object.fromEntries(names.map((name) => [name, handshake])) as Record<K, Handshake>;
}

export interface Offer {
  readonly version: TlsVersion;
  readonly suites: readonly number[];
  /** Also read the size of a DHE prime, which comes after the certificate. */
  readonly prime?: boolean;
}

/** What an offer came to: the server's answer, or why there was none. */
export type Offered =
  | Extract<HelloAnswer, { kind: 'hello' }>
  /** `hungUp`: without a word, as also a server does that has had enough of us. */
  | { readonly kind: 'refused'; readonly hungUp: boolean }
  | { readonly kind: 'unknown'; readonly reason: Extract<Handshake, { result: 'unknown' }>['reason'] };

/** Sends one ClientHello on a connection of its own, reads the answer and hangs up; no handshake is ever finished. */
async function offerHello(server: Probed, offer: Offer): Promise<Offered> {
  try {
    return await withLine(server, async (line) => {
      if (server.endpoint.security === 'starttls') await upgrade(line);
      return await sayHello(line, server.endpoint.host, offer);
    });
  } catch (error) {
    if (error instanceof Interrupted) return { kind: 'unknown', reason: error.reason };
    throw error;
  }
}

async function sayHello(line: LineConnection, host: string, offer: Offer): Promise<Offered> {
  const { version, suites, prime = false } = offer;
  const hello = encodeClientHello({ version, suites, host, random: randomBytes(32) });
  try {
    const answer = await line.exchange(hello, (received) => readServerHello(received, { prime }));
    if (answer.kind === 'garbled') return { kind: 'unknown', reason: 'protocol-error' };
    if (answer.kind === 'alert') return { kind: 'refused', hungUp: false };
    // A suite that was not offered is no answer to this hello.
    return suites.includes(answer.suite) ? answer : { kind: 'unknown', reason: 'protocol-error' };
  } catch (error) {
    // Schannel and some load balancers hang up instead of sending an alert.
    if (error instanceof Interrupted && error.reason === 'closed') return { kind: 'refused', hungUp: true };
    throw error;
  }
}
