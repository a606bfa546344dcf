import { createHash, createHmac, pbkdf2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import type { AuthMethod } from '../../secrets/credential.ts';
import { type Exchange, type Identity, type Say, saslName, say, sayLast } from './exchange.ts';

/** RFC 4616. */
export async function* plain({ username, password }: Identity): Exchange {
  yield sayLast(`\0${username}\0${password.reveal()}`);
  return 'bad-challenge';
}

/** draft-murchison-sasl-login-00: the prompts are free text, so they are not looked at. */
export async function* login({ username, password }: Identity): Exchange {
  yield null;
  yield say(username);
  yield sayLast(password.reveal());
  return 'bad-challenge';
}

/** RFC 2195. */
export async function* cramMd5({ username, password }: Identity): Exchange {
  const challenge = yield null;
  if (challenge.length === 0) return 'bad-challenge';
  const digest = createHmac('md5', password.reveal()).update(challenge).digest('hex');
  yield sayLast(`${username} ${digest}`);
  return 'bad-challenge';
}

const SEPARATOR = '\x01';
/** An HTTP code or a word of RFC 6749 section 4.1.2.1 and RFC 6750 section 3.1; anything else may be the token itself. */
const STATUS =
  /^(?:[1-5]\d\d|invalid_(?:request|token|grant|client|scope)|insufficient_scope|unauthorized_client|access_denied|unsupported_(?:response|grant)_type|server_error|temporarily_unavailable)$/;

/** Google's XOAUTH2: https://developers.google.com/workspace/gmail/imap/xoauth2-protocol; an error is answered by an empty line. */
export async function* xoauth2({ username, password }: Identity): Exchange {
  const error = yield sayLast(
    `user=${username}${SEPARATOR}auth=Bearer ${password.reveal()}${SEPARATOR}${SEPARATOR}`,
  );
  yield refused(error, '');
  return 'bad-challenge';
}

/** RFC 7628 section 3; an error is answered by a single %x01. */
export async function* oauthBearer({ username, password, host, port }: Identity): Exchange {
  const fields = [
    `n,a=${saslName(username)},`,
    `host=${host}`,
    `port=${port}`,
    `auth=Bearer ${password.reveal()}`,
  ];
  const error = yield sayLast(`${fields.join(SEPARATOR)}${SEPARATOR}${SEPARATOR}`);
  yield refused(error, SEPARATOR);
  return 'bad-challenge';
}

function refused(error: Buffer, text: string): Say {
  return { text, last: false, tokenStatus: statusOf(error.toString()) };
}

function statusOf(json: string): string {
  try {
    const { status }: { status?: unknown } = JSON.parse(json) ?? {};
    const word = String(status ?? '');
    return STATUS.test(word) ? word : 'unknown';
  } catch {
    return 'unknown';
  }
}

export const MECHANISMS: Readonly<Record<AuthMethod, (identity: Identity) => Exchange>> = {
  'SCRAM-SHA-256': (identity) => scramSha256(identity),
  'CRAM-MD5': cramMd5,
  PLAIN: plain,
  LOGIN: login,
  OAUTHBEARER: oauthBearer,
  XOAUTH2: xoauth2,
};

/**
 * For a password, strongest first. SCRAM proves both sides to each other and never shows the password. Under verified
 * TLS PLAIN comes before CRAM-MD5, which protects nothing that TLS does not, and which fails with the right password on
 * servers that offer it but keep hashes; LOGIN is PLAIN in more round trips. Tokens are only sent where `authMethod` says so.
 */
const PREFERENCE: readonly AuthMethod[] = ['SCRAM-SHA-256', 'PLAIN', 'LOGIN', 'CRAM-MD5'];

/** The mechanism of a login: always one that was offered, and the named one if the credential names one. */
export function chooseMechanism(offered: readonly string[], wanted?: AuthMethod): AuthMethod | null {
  return (wanted ? [wanted] : PREFERENCE).find((method) => offered.includes(method)) ?? null;
}

/** Control characters separate the fields of PLAIN and of the token mechanisms: none may be inside one. */
export function isSendable({ username, password }: Pick<Identity, 'username' | 'password'>): boolean {
  return [username, password.reveal()].every((text) => !/\p{Cc}/u.test(text));
}

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
