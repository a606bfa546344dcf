import type { AuthMethod } from '../../secrets/credential.ts';
import type { Exchange, Identity } from './exchange.ts';
import { cramMd5, login, plain } from './password.ts';
import { scramSha256 } from './scram.ts';
import { oauthBearer, xoauth2 } from './token.ts';

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
