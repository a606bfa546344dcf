import * as v from 'valibot';
import type { Endpoint } from '../net/endpoint.ts';
import { entraSchema } from '../providers/entra-schema.ts';
import { mailgunSchema } from '../providers/mailgun-schema.ts';
import { manualSchema } from '../providers/manual-schema.ts';
import { resendSchema } from '../providers/resend-schema.ts';
import { sendgridSchema } from '../providers/sendgrid-schema.ts';
import { awsRegion, sesSchema } from '../providers/ses-schema.ts';
import { sqlSchema } from '../providers/sql-schema.ts';
import { webhookSchema } from '../providers/webhook-schema.ts';
import {
  type Credential,
  PASSWORD_METHODS,
  type Provider,
  type RegionalEndpoint,
  TOKEN_METHODS,
} from './credential.ts';
import { type EndpointFields, endpointOf, place } from './endpoint-schema.ts';
import { Redacted } from './redacted.ts';
import { text } from './text.ts';

const AUTH_METHODS = [...PASSWORD_METHODS, ...TOKEN_METHODS] as const;

const PROVIDERS = [
  sesSchema,
  mailgunSchema,
  sendgridSchema,
  resendSchema,
  entraSchema,
  sqlSchema,
  webhookSchema,
  manualSchema,
] as const;

/** Every `type` that a secret's `provider` may have. */
export const PROVIDER_TYPES = PROVIDERS.map(({ entries }) => entries.type.literal);

const provider = v.variant(
  'type',
  PROVIDERS,
  `a provider with a known \`type\` (${PROVIDER_TYPES.join(', ')})`,
);

const endpoint = {
  ...place,
  endpoints: v.optional(
    v.array(
      v.object({ ...place, region: awsRegion, password: v.optional(text(12288)) }),
      'a list of endpoints',
    ),
  ),
  from: v.optional(v.pipe(text(254), v.email('an e-mail address'))),
};

const seedSchema = v.looseObject({ ...endpoint, provider });

/** Every field that means anything in a secret's value; others are kept as they are. */
export const credentialSchema = v.looseObject({
  ...endpoint,
  username: text(1024),
  credentialId: v.optional(text(256)),
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
      readonly endpoints?: readonly RegionalEndpoint[];
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

function isSeed(json: object): boolean {
  return 'provider' in json && !('username' in json) && !('password' in json);
}

function parseSeed(json: object): ParsedSecret {
  const parsed = v.safeParse(seedSchema, json);
  if (!parsed.success) return malformed(parsed.issues[0]);
  const { from, provider: issuer, endpoints } = parsed.output;
  return {
    kind: 'seed',
    endpoint: endpointOf(parsed.output),
    provider: issuer,
    ...(from && { from }),
    ...(endpoints && { endpoints: endpoints.map(regionalEndpoint) }),
  };
}

function parseCredential(json: object): ParsedSecret {
  const parsed = v.safeParse(credentialSchema, json);
  if (!parsed.success) return malformed(parsed.issues[0]);
  const { username, credentialId, password, authMethod, from, provider: issuer, endpoints } = parsed.output;
  const credential: Credential = {
    endpoint: endpointOf(parsed.output),
    username,
    ...(credentialId && { credentialId }),
    password: new Redacted(password),
    ...(authMethod && { authMethod }),
    ...(from && { from }),
    ...(issuer && { provider: issuer }),
    ...(endpoints && { endpoints: endpoints.map(regionalEndpoint) }),
  };
  return { kind: 'credential', credential };
}

function regionalEndpoint({ region, password, ...fields }: RegionalFields): RegionalEndpoint {
  return { ...endpointOf(fields), region, ...(password && { password: new Redacted(password) }) };
}

interface RegionalFields extends EndpointFields {
  readonly region: string;
  readonly password?: string | undefined;
}

function malformed(issue: v.BaseIssue<unknown>): ParsedSecret {
  const path = ['$', v.getDotPath(issue)].join('.');
  const missing = issue.input === undefined ? 'a value' : issue.message;
  return { kind: 'malformed', path, expected: missing };
}
