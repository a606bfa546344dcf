import { createHmac } from 'node:crypto';
import type { AuthMethod } from '../../secrets/credential.ts';
import { type Exchange, type Identity, type Say, saslName, say, sayLast } from './exchange.ts';
import { scramSha256 } from './scram.ts';

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
