import { parse } from '@aws-sdk/util-arn-parser';
import * as v from 'valibot';
import type { Endpoint } from '../net/endpoint.ts';
import { jsonOf } from '../net/http.ts';
import { ADMIN_TAG } from '../observe/names.ts';
import { text } from '../secrets/credential.ts';
import { endpointSchema } from '../secrets/endpoint.ts';
import { Redacted } from '../secrets/redacted.ts';
import type { SecretReader, SecretValue } from '../secrets/store.ts';
import { type Scope, scopeOf } from './allowed-logins.ts';
import { ProviderError, type ServedSecret } from './provider.ts';

/** Name or ARN of the secret that holds what an administrator of the provider logs in with. */
export const adminSecretId = text(2048);

/** The text of an admin secret, and what of it is for the credential that asks. */
export interface AdminText {
  readonly text: Redacted;
  readonly scope: Scope;
}

/** Rejects with a `ProviderError` unless the secret serves the credential. */
export type ReadAdmin = (secretId: string) => Promise<AdminText>;

/** Which SMTP endpoints a new password may be sent to, besides the provider's own. */
const adminEndpoints = v.exactOptional(v.array(endpointSchema, 'a list of endpoints'));

const apiKey = v.pipe(v.string('a string'), v.regex(/^[!-~]+$/, 'an API key without spaces'));

/** What every admin secret has. Without its `type` a credential of another type would take the key to another provider. */
export const adminFields = <T extends string>(type: T) => ({
  type: v.literal(type, `"${type}", as in \`provider\``),
  endpoints: adminEndpoints,
});

export const apiKeySecret = <T extends string>(type: T) => ({ ...adminFields(type), apiKey });

/** Where passwords may go: a provider's own hosts, and what its administrator names besides. */
export function allowedEndpoints(
  own: readonly Endpoint[],
  { endpoints = [] }: { readonly endpoints?: readonly Endpoint[] | undefined },
): readonly Endpoint[] {
  return [...own, ...endpoints];
}

/**
 * Reads admin secrets for one credential, if they serve it. Whoever may write one secret could else have Keyturn use the
 * administrators of others: the id is the writer's choice, the tag is not.
 */
export function adminSecrets(
  store: Pick<SecretReader, 'describe' | 'read'>,
  served: ServedSecret,
): ReadAdmin {
  return async (secretId) => {
    const secret = await store.describe(secretId);
    if (secret.kind === 'not-found') throw unusable(secretId, ABSENT);
    if (secret.kind === 'denied') throw unusable(secretId, UNREADABLE);
    if (placeOf(secret.arn) !== placeOf(served.arn)) throw unusable(secretId, ELSEWHERE);
    const scope = scopeOf(secret.tags[ADMIN_TAG], served.name);
    if (scope === null) throw unusable(secretId, untagged(served.name));
    const value = await readable(store, secretId, secret.arn);
    if (value.kind === 'absent') throw unusable(secretId, ABSENT);
    return { text: value.text, scope };
  };
}

/** Partition, region and account: only in one of them is a name the name of one secret. */
function placeOf(secretArn: string): string {
  const { partition, region, accountId } = parse(secretArn);
  return [partition, region, accountId].join(':');
}

async function readable(
  store: Pick<SecretReader, 'read'>,
  secretId: string,
  secretArn: string,
): Promise<SecretValue> {
  try {
    return await store.read(secretArn);
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'AccessDeniedException') throw error;
    throw unusable(secretId, UNREADABLE);
  }
}

const ABSENT = 'it does not exist, or has no value';
const UNREADABLE = 'it cannot be read: tag it keyturn:managed=true and let the function use its KMS key';
const ELSEWHERE = 'it stands in another account or region than the secret that names it';

function untagged(secretName: string): string {
  return `tag it ${ADMIN_TAG}=${secretName}, or with a beginning of that name up to a slash`;
}

/** What an admin secret says, and whom it serves. */
export type Admin<T> = T & { readonly scope: Scope };

/**
 * What an administrator of the provider logs in with, and where: a secret of its own, tagged `keyturn:managed=true` (else no
 * role can read it) and `keyturn:admin-for` (names.ts). Its JSON has the shape of `schema`. Read once, when first asked for.
 */
export function administrator<T extends object>(
  read: ReadAdmin,
  secretId: string,
  schema: v.GenericSchema<unknown, T>,
): () => Promise<Admin<T>> {
  let known: Promise<Admin<T>> | undefined;
  return () => {
    known ??= readAs(read, secretId, schema).catch((error: unknown) => {
      known = undefined;
      throw error;
    });
    return known;
  };
}

async function readAs<T extends object>(
  read: ReadAdmin,
  secretId: string,
  schema: v.GenericSchema<unknown, T>,
): Promise<Admin<T>> {
  const { text, scope } = await read(secretId);
  const parsed = v.safeParse(schema, jsonOf(text.reveal()));
  if (parsed.success) return { ...parsed.output, scope };
  const [issue] = parsed.issues;
  throw unusable(
    secretId,
    `expected ${issue.message} at ${['$', v.getDotPath(issue) ?? []].flat().join('.')}`,
  );
}

function unusable(secretId: string, why: string): ProviderError {
  return new ProviderError('unauthorized', `the admin secret ${secretId} is of no use: ${why}`);
}

/** The Authorization header of an API key: RFC 6750 section 2.1. */
export function bearer({ apiKey: key }: { readonly apiKey: string }): Redacted {
  return new Redacted(`Bearer ${key}`);
}
