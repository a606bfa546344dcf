import { domainToASCII } from 'node:url';
import type { Security } from '../functions/net/endpoint.ts';
import { SECRET_ARN, SECRET_NAME } from '../functions/secrets/description.ts';

/** A login typed as a URL; its password is asked for. */
export interface TypedLogin {
  readonly kind: 'login';
  readonly host: string;
  readonly port: number;
  readonly security: Security;
  readonly username: string;
}

/** `refused` never repeats what was typed: it may hold a password. */
export type Target =
  | TypedLogin
  | { readonly kind: 'secret'; readonly secretId: string }
  | { readonly kind: 'refused'; readonly message: string };

/** RFC 8314 section 3: the submission ports with TLS from the first byte, and with STARTTLS. */
const SCHEMES: Readonly<Record<string, { readonly security: Security; readonly port: number }>> = {
  'smtps:': { security: 'tls', port: 465 },
  'smtp:': { security: 'starttls', port: 587 },
};
/** Told from the text, since a / or ? in a password makes it something else for URL. */
const HAS_PASSWORD = /:\/\/.*:.*@/s;
const EXPECTED = 'Expected a secret id or ARN, or smtp[s]://user@host[:port].';
const NO_PASSWORD =
  'A command line is no place for a password: other users of this computer can read it, and the shell keeps it. Leave it out of the URL; it is asked for, or read from the first line of standard input.';

/** Reads what to validate: `smtps://` means TLS from the first byte, `smtp://` STARTTLS; on any port. */
export function parseTarget(text: string): Target {
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) {
    // Anything else may be a password in the wrong place: it is not sent to AWS, which would log it.
    const isSecretId = SECRET_NAME.test(text) || SECRET_ARN.test(text);
    return isSecretId ? { kind: 'secret', secretId: text } : refused(EXPECTED);
  }
  if (HAS_PASSWORD.test(text)) return refused(NO_PASSWORD);
  const url = URL.parse(text);
  const scheme = url && SCHEMES[url.protocol];
  if (!scheme) return refused(EXPECTED);
  const host = hostOf(url);
  const username = decoded(url.username);
  if (!host || !username) return refused(`${EXPECTED} Write a % in the user name as %25.`);
  if (url.pathname.length > 1 || url.search || url.hash) {
    return refused(`${EXPECTED} Write /, ? and # in the user name as %2F, %3F and %23.`);
  }
  const port = url.port === '' ? scheme.port : Number(url.port);
  return { kind: 'login', host, port, security: scheme.security, username };
}

/** In its ASCII form (RFC 5891); an IPv6 address without its brackets. */
function hostOf({ hostname }: URL): string | undefined {
  if (hostname.startsWith('[')) return hostname.slice(1, -1);
  const host = decoded(hostname);
  return host && domainToASCII(host);
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

function refused(message: string): Target {
  return { kind: 'refused', message };
}
