import { X509Certificate } from 'node:crypto';
import * as v from 'valibot';
import { isHost } from '../smtp/network/host-name.ts';
import {
  type Credential,
  type Endpoint,
  PASSWORD_METHODS,
  type Provider,
  type Security,
  TOKEN_METHODS,
} from './credential.ts';
import { Redacted } from './redacted.ts';

const NO_CONTROL = /^[^\p{Cc}]+$/u;
const PEM = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g;
const AUTH_METHODS = [...PASSWORD_METHODS, ...TOKEN_METHODS] as const;
const IMPLICIT_TLS_PORTS: readonly number[] = [465, 2465];

const text = (limit: number) =>
  v.pipe(
    v.string('a string'),
    v.minLength(1, 'a non-empty string'),
    v.maxLength(limit, `at most ${limit} characters`),
    v.regex(NO_CONTROL, 'no control characters'),
  );

const provider = v.variant(
  'type',
  [
    v.looseObject({
      type: v.literal('ses'),
      userName: text(64),
      region: v.pipe(v.string('an AWS region'), v.regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'an AWS region')),
    }),
  ],
  'a provider with a known `type` (ses)',
);

const endpoint = {
  host: v.pipe(v.string('a host name'), v.check(isHost, 'a host name')),
  port: v.pipe(
    v.union([v.number(), v.pipe(v.string(), v.digits(), v.transform(Number))], 'a port number'),
    v.integer('a port number'),
    v.minValue(1, 'a port from 1 to 65535'),
    v.maxValue(65535, 'a port from 1 to 65535'),
  ),
  security: v.optional(v.picklist(['tls', 'starttls'], '`tls` or `starttls`')),
  ca: v.optional(v.pipe(v.string('PEM certificates'), v.check(areCertificates, 'PEM certificates'))),
  from: v.optional(v.pipe(text(254), v.email('an e-mail address'))),
};

const seedSchema = v.looseObject({ ...endpoint, provider });

const credentialSchema = v.looseObject({
  ...endpoint,
  username: text(1024),
  password: text(12288),
  authMethod: v.optional(v.picklist(AUTH_METHODS, `one of ${AUTH_METHODS.join(', ')}`)),
  provider: v.optional(provider),
});

/**
 * What a SecretString holds. A `seed` knows where and by whom, but has no login yet: the first rotation mints it.
 * `authMethod` OAUTHBEARER or XOAUTH2 says that `password` is an OAuth 2.0 access token; all others take a password.
 * `malformed` names the bad field and what was expected there, never a value.
 */
export type ParsedSecret =
  | { readonly kind: 'credential'; readonly credential: Credential }
  | {
      readonly kind: 'seed';
      readonly endpoint: Endpoint;
      readonly provider: Provider;
      readonly from?: string;
    }
  | { readonly kind: 'malformed'; readonly path: string; readonly expected: string };

/** Reads a SecretString (DESIGN section 4, Secret). Never throws, never repeats a value. */
export function parseSecret(secretString: string): ParsedSecret {
  const json = parseJson(secretString);
  if (json === undefined) return { kind: 'malformed', path: '$', expected: 'a JSON object' };
  return isSeed(json) ? parseSeed(json) : parseCredential(json);
}

function parseJson(text: string): object | undefined {
  // Stryker disable BlockStatement: an empty catch returns undefined too.
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

// Stryker restore BlockStatement

/** OpenSSL passes over what it cannot read in silence, and then trusts nobody. */
function areCertificates(ca: string): boolean {
  const blocks = [...ca.matchAll(PEM)].map(([pem]) => pem);
  const begun = ca.split('-----BEGIN').length - 1;
  // Stryker disable BlockStatement: an empty catch returns undefined, which refuses the value as false does.
  try {
    return blocks.length > 0 && begun === blocks.length && blocks.every((pem) => new X509Certificate(pem));
  } catch {
    return false;
  }
}

// Stryker restore BlockStatement

function isSeed(json: object): boolean {
  return 'provider' in json && !('username' in json) && !('password' in json);
}

function parseSeed(json: object): ParsedSecret {
  const parsed = v.safeParse(seedSchema, json);
  if (!parsed.success) return malformed(parsed.issues[0]);
  const { from, provider: issuer } = parsed.output;
  return { kind: 'seed', endpoint: endpointOf(parsed.output), provider: issuer, ...(from && { from }) };
}

function parseCredential(json: object): ParsedSecret {
  const parsed = v.safeParse(credentialSchema, json);
  if (!parsed.success) return malformed(parsed.issues[0]);
  const { username, password, authMethod, from, provider: issuer } = parsed.output;
  const credential: Credential = {
    endpoint: endpointOf(parsed.output),
    username,
    password: new Redacted(password),
    ...(authMethod && { authMethod }),
    ...(from && { from }),
    ...(issuer && { provider: issuer }),
  };
  return { kind: 'credential', credential };
}

interface EndpointFields {
  readonly host: string;
  readonly port: number;
  readonly security?: Security | undefined;
  readonly ca?: string | undefined;
}

function endpointOf({ host, port, security, ca }: EndpointFields): Endpoint {
  const defaultSecurity = IMPLICIT_TLS_PORTS.includes(port) ? 'tls' : 'starttls';
  return { host, port, security: security ?? defaultSecurity, ...(ca && { ca }) };
}

function malformed(issue: v.BaseIssue<unknown>): ParsedSecret {
  const path = ['$', v.getDotPath(issue)].join('.');
  const missing = issue.input === undefined ? 'a value' : issue.message;
  return { kind: 'malformed', path, expected: missing };
}
