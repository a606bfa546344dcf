import { exchange, type HttpFailure, type Send } from '../http.ts';
import { type Gathered, known, missing, type SecurityStatus, type SignedType } from './dns.ts';

/** For all that is asked about one name. */
const LIMIT_MS = 6000;
const TYPES: Readonly<Record<SignedType, number>> = { SOA: 6, TLSA: 52 };
/** Bits of the header, RFC 1035 section 4.1.1 and RFC 4035 section 3.2. */
const RECURSION_DESIRED = 0x0100;
const AUTHENTIC_DATA = 0x0020;
const CHECKING_DISABLED = 0x0010;
const RESPONSE = 0x8000;
const RCODE = 0x000f;
const NOERROR = 0;
const SERVFAIL = 2;
const NXDOMAIN = 3;
const HEADER_OCTETS = 12;
/** RFC 1035 sections 2.3.4 and 4.2.2. */
const LONGEST_LABEL = 63;
const LONGEST_MESSAGE = 65_535;
/** Root name, type OPT, 1232 octets of payload, the DO bit, no options (RFC 6891 section 6.1.2, RFC 3225). */
const DNSSEC_OK = Buffer.from('00002904d0000080000000', 'hex');

/** Node's resolver hides the AD bit, so DNSSEC is asked of a validating resolver over HTTPS (RFC 8484). */
export class DnsOverHttps {
  readonly #url: string;
  readonly #send: Send;

  constructor(url: string, send: Send) {
    this.#url = url;
    this.#send = send;
  }

  /** Never rejects. */
  async security(name: string, type: SignedType): Promise<Gathered<SecurityStatus>> {
    const signal = AbortSignal.timeout(LIMIT_MS);
    const ask = (header: number) => this.#ask(query(name, TYPES[type], header), signal);
    try {
      const flags = await ask(RECURSION_DESIRED);
      return (flags & RCODE) === SERVFAIL ? await secondOpinion(ask) : securityOf(flags);
    } catch (error) {
      const timedOut = error instanceof Unanswered && error.reason === 'too-late';
      return missing(timedOut ? 'timeout' : 'dns-failed', 'no usable answer of the DNS-over-HTTPS resolver');
    }
  }

  /** The second pair of octets of the response's header. */
  async #ask(body: Buffer<ArrayBuffer>, signal: AbortSignal): Promise<number> {
    const request = {
      method: 'POST',
      headers: { 'content-type': 'application/dns-message', accept: 'application/dns-message' },
      body,
    } as const;
    const answer = await exchange(this.#send, this.#url, request, { signal, mostBytes: LONGEST_MESSAGE });
    if (answer.kind !== 'answered') throw new Unanswered(answer.reason);
    const { status, body: message } = answer;
    const got = message.length < HEADER_OCTETS ? 0 : message.readUInt16BE(2);
    if (status < 200 || status > 299 || !(got & RESPONSE)) throw new Error('not a DNS response');
    return got;
  }
}

/** Bogus is what is answered without validation and fails with it, twice: once may be a server's bad moment. */
async function secondOpinion(ask: (header: number) => Promise<number>): Promise<Gathered<SecurityStatus>> {
  const unchecked = await ask(RECURSION_DESIRED | CHECKING_DISABLED);
  if (!isAnswer(unchecked)) return missing('dns-failed', 'DNS SERVFAIL');
  const again = await ask(RECURSION_DESIRED);
  return (again & RCODE) === SERVFAIL ? known('bogus') : securityOf(again);
}

class Unanswered extends Error {
  readonly reason: HttpFailure;

  constructor(reason: HttpFailure) {
    super(reason);
    this.reason = reason;
  }
}

/** RFC 8484 section 4.1: id 0, so that HTTP caches can work. */
function query(name: string, type: number, flags: number): Buffer<ArrayBuffer> {
  const header = Buffer.alloc(HEADER_OCTETS);
  header.writeUInt16BE(flags, 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(1, 10);
  const question = Buffer.from([0, 0, type, 0, 1]);
  return Buffer.concat([header, ...name.split('.').map(labelOf), question, DNSSEC_OK]);
}

function labelOf(label: string): Buffer {
  const octets = Buffer.from(label);
  if (octets.length < 1 || octets.length > LONGEST_LABEL) throw new Error('no DNS name');
  return Buffer.concat([Buffer.from([octets.length]), octets]);
}

function securityOf(flags: number): Gathered<SecurityStatus> {
  if (!isAnswer(flags)) return missing('dns-failed', `DNS response code ${flags & RCODE}`);
  return known(flags & AUTHENTIC_DATA ? 'secure' : 'insecure');
}

function isAnswer(flags: number): boolean {
  return (flags & RCODE) === NOERROR || (flags & RCODE) === NXDOMAIN;
}
