import { createHash, createHmac, pbkdf2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { type Exchange, type Identity, saslName, say, sayLast } from './exchange.ts';

/** Channel binding is not supported (RFC 5802 section 6), so the GS2 header is always this, `biws` in base64. */
const GS2_HEADER = 'n,,';
/** RFC 7677 section 4. With fewer, whoever poses as the server soon finds a password that fits our proof. */
const FEWEST_ITERATIONS = 4096;
/** OWASP's figure for PBKDF2 with SHA-256; a server that asks for more would burn our CPU. */
const MOST_ITERATIONS = 600_000;
const KEY_BYTES = 32;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
/** RFC 5802 section 7: printable ASCII without the comma. */
const SERVER_FIRST = /^r=([\x21-\x2b\x2d-\x7e]+),s=([A-Za-z0-9+/=]+),i=([1-9]\d{0,9})(?:,.*)?$/;
/** The server-error values that are about the user or the proof; all others say nothing about the credential. */
const REFUSALS: readonly string[] = ['invalid-proof', 'unknown-user'];

const hmac = (key: Buffer, text: string) => createHmac('sha256', key).update(text).digest();
const deriveKey = promisify(pbkdf2);

/** SCRAM-SHA-256, RFC 5802 and RFC 7677. `nonce` for the test vectors only. */
export async function* scramSha256(
  { username, password }: Identity,
  nonce: string = randomBytes(24).toString('base64'),
): Exchange {
  const [name, secret] = [await saslPrep(username), await saslPrep(password.reveal())];
  if (name === null || secret === null) return 'unsendable';
  const clientFirst = `n=${saslName(name)},r=${nonce}`;
  const serverFirst = (yield say(GS2_HEADER + clientFirst)).toString();
  const offer = readOffer(serverFirst, nonce);
  if (!offer) return 'bad-challenge';
  if (offer.iterations < FEWEST_ITERATIONS || offer.iterations > MOST_ITERATIONS) return 'scram-iterations';
  const withoutProof = `c=${Buffer.from(GS2_HEADER).toString('base64')},r=${offer.nonce}`;
  const salted = await deriveKey(secret, offer.salt, offer.iterations, KEY_BYTES, 'sha256');
  const spoken = `${clientFirst},${serverFirst},${withoutProof}`;
  const serverFinal = (yield say(`${withoutProof},p=${clientProof(salted, spoken)}`)).toString();
  const error = /^e=([^,]*)/.exec(serverFinal)?.[1];
  if (error !== undefined) {
    if (REFUSALS.includes(error)) yield say('');
    return 'bad-challenge';
  }
  if (!isSigned(serverFinal, hmac(hmac(salted, 'Server Key'), spoken))) return 'server-unproven';
  yield sayLast('');
  return 'bad-challenge';
}

interface Offer {
  readonly nonce: string;
  readonly salt: Buffer;
  readonly iterations: number;
}

/** Null when the server did not build on our nonce, or what it says is no offer. */
function readOffer(serverFirst: string, ours: string): Offer | null {
  const [, nonce = '', salt = '', count = ''] = SERVER_FIRST.exec(serverFirst) ?? [];
  if (!nonce.startsWith(ours) || nonce.length === ours.length) return null;
  if (!BASE64.test(salt)) return null;
  return { nonce, salt: Buffer.from(salt, 'base64'), iterations: Number(count) };
}

function clientProof(salted: Buffer, spoken: string): string {
  const clientKey = hmac(salted, 'Client Key');
  const signature = hmac(createHash('sha256').update(clientKey).digest(), spoken);
  return Buffer.from(clientKey.map((byte, index) => byte ^ (signature[index] ?? 0))).toString('base64');
}

function isSigned(serverFinal: string, expected: Buffer): boolean {
  const signature = Buffer.from(/^v=([^,]*)/.exec(serverFinal)?.[1] ?? '', 'base64');
  return signature.length === expected.length && timingSafeEqual(signature, expected);
}

const PRINTABLE_ASCII = /^[\x20-\x7e]*$/;

/** RFC 4013, for stored strings. Null when the text holds what SASLprep prohibits. Printable ASCII is its own result. */
async function saslPrep(text: string): Promise<string | null> {
  if (PRINTABLE_ASCII.test(text)) return text;
  // Its tables are large, and hardly ever needed.
  const { default: prepare } = await import('@mongodb-js/saslprep');
  try {
    return prepare(text);
  } catch {
    return null;
  }
}
