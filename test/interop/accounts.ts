import { createHmac, randomBytes } from 'node:crypto';

/** What all servers know; the secrets are made for one run. */
export interface Accounts {
  /** May log in; `password` is that of each of the others too. */
  readonly username: string;
  readonly password: string;
  /** A password with what encodings and quoting break on: not ASCII, spaces, quotes, a colon, a percent sign. */
  readonly unusual: { readonly username: string; readonly password: string };
  /** Signs the access tokens (HS256). */
  readonly tokenKey: string;
}

export function createAccounts(): Accounts {
  const secret = () => randomBytes(24).toString('base64');
  return {
    username: 'orders',
    password: secret(),
    unusual: { username: 'ventas', password: `pä sswörd:"%s" '\\ ${secret()} €` },
    tokenKey: secret(),
  };
}

/** An access token as a JSON Web Token (RFC 7519, RFC 7515). `expiresIn`: seconds from now. */
export function accessToken(
  { username, tokenKey }: Accounts,
  { expiresIn = 600, claims = {} }: { expiresIn?: number; claims?: object } = {},
): string {
  const now = Math.floor(Date.now() / 1000);
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const payload = { sub: username, iat: now - 3600, exp: now + expiresIn, ...claims };
  const signed = `${part({ alg: 'HS256', typ: 'JWT' })}.${part(payload)}`;
  return `${signed}.${createHmac('sha256', tokenKey).update(signed).digest('base64url')}`;
}
