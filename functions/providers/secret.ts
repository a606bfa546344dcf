import * as v from 'valibot';
import { type Login, loginFields, loginOf, placeFields, placesOf } from '../secrets/credential.ts';
import { type EntraProvider, entraSchema } from './entra.ts';
import { type MailgunProvider, mailgunSchema } from './mailgun.ts';
import { type ManualSettings, manualSchema } from './provider.ts';
import { type ResendProvider, resendSchema } from './resend.ts';
import { type SendGridProvider, sendgridSchema } from './sendgrid.ts';
import { type SesProvider, sesSchema } from './ses.ts';
import { type SqlProvider, sqlSchema } from './sql.ts';
import { type WebhookProvider, webhookSchema } from './webhook.ts';

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

/** Who issues a credential, as the secret says it. */
export type Provider =
  | SesProvider
  | MailgunProvider
  | SendGridProvider
  | ResendProvider
  | EntraProvider
  | SqlProvider
  | WebhookProvider
  | ManualSettings;

/** What a secret holds: a login, and who issues it. */
export interface Credential extends Login {
  readonly provider?: Provider;
}

/** The credential as it logs in at each of its endpoints, its own first: all of them must work for it to be proven. */
export function everyLogin(credential: Credential): readonly Credential[] {
  const { endpoints, ...login } = credential;
  const regional = endpoints?.flatMap(({ region: _region, password, ...endpoint }) =>
    password ? [{ ...login, endpoint, password }] : [],
  );
  return [credential, ...(regional ?? [])];
}

const seedSchema = v.looseObject({ ...placeFields, provider });

/** Every field that means anything in a secret's value; others are kept as they are. */
export const credentialSchema = v.looseObject({ ...loginFields, provider: v.optional(provider) });

/**
 * What a SecretString holds. A `seed` knows where and by whom, but has no login yet: the first rotation mints it.
 * `authMethod` OAUTHBEARER or XOAUTH2 says that `password` is an OAuth 2.0 access token; all others take a password.
 * `malformed` names the bad field and what was expected there, never a value.
 */
export type ParsedSecret =
  | { readonly kind: 'credential'; readonly credential: Credential }
  | (Pick<Login, 'endpoint' | 'from' | 'endpoints'> & { readonly kind: 'seed'; readonly provider: Provider })
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
  return { kind: 'seed', ...placesOf(parsed.output), provider: parsed.output.provider };
}

function parseCredential(json: object): ParsedSecret {
  const parsed = v.safeParse(credentialSchema, json);
  if (!parsed.success) return malformed(parsed.issues[0]);
  const { provider: issuer } = parsed.output;
  return {
    kind: 'credential',
    credential: { ...loginOf(parsed.output), ...(issuer && { provider: issuer }) },
  };
}

function malformed(issue: v.BaseIssue<unknown>): ParsedSecret {
  const path = ['$', v.getDotPath(issue)].join('.');
  const missing = issue.input === undefined ? 'a value' : issue.message;
  return { kind: 'malformed', path, expected: missing };
}
