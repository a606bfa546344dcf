import * as v from 'valibot';
import { Redacted } from '../../credential/redacted.ts';
import type { SecretReader, SecretValue } from '../../credential/secret-reader.ts';
import { ADMIN_TAG } from '../../observe/names.ts';
import { ProviderError } from './provider-error.ts';

export type ReadSecret = (secretId: string) => Promise<SecretValue>;

/** What most providers' administrators authenticate with. */
export const apiKeySecret = v.object({
  apiKey: v.pipe(v.string('a string'), v.regex(/^[!-~]+$/, 'an API key without spaces')),
});

/**
 * Reads admin secrets for the credential `secretName`, if their tag says that they serve it. Whoever may write one secret
 * could else have Keyturn use the administrators of others, or send any password in it to a server of their choice.
 */
export function adminSecrets(store: Pick<SecretReader, 'describe' | 'read'>, secretName: string): ReadSecret {
  return async (secretId) => {
    const secret = await store.describe(secretId);
    if (secret.kind === 'not-found') return { kind: 'absent' };
    if (secret.kind === 'denied') throw unusable(secretId, UNREADABLE);
    if (!serves(secret.tags[ADMIN_TAG], secretName)) {
      throw unusable(
        secretId,
        `tag it ${ADMIN_TAG}=${secretName}, or with a beginning of that name up to a slash`,
      );
    }
    return store.read(secretId);
  };
}

function serves(tag: string | undefined, secretName: string): boolean {
  return tag !== undefined && (tag === secretName || (tag.endsWith('/') && secretName.startsWith(tag)));
}

const UNREADABLE = 'it cannot be read: tag it keyturn:managed=true and let the function use its KMS key';

/**
 * What an administrator of the provider logs in with: a secret of its own, tagged `keyturn:managed=true` (else no role
 * can read it) and `keyturn:admin-for` (names.ts). Its JSON has the shape of `schema`.
 */
export async function readAdminSecret<T>(
  read: ReadSecret,
  secretId: string,
  schema: v.GenericSchema<unknown, T>,
): Promise<T> {
  const value = await readable(read, secretId);
  if (value.kind === 'absent') throw unusable(secretId, 'it does not exist, or has no value');
  const parsed = v.safeParse(schema, parseJson(value.text.reveal()));
  if (parsed.success) return parsed.output;
  const [issue] = parsed.issues;
  throw unusable(
    secretId,
    `expected ${issue.message} at ${['$', v.getDotPath(issue) ?? []].flat().join('.')}`,
  );
}

async function readable(read: ReadSecret, secretId: string): Promise<SecretValue> {
  try {
    return await read(secretId);
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'AccessDeniedException') throw error;
    throw unusable(secretId, UNREADABLE);
  }
}

/** JSON.parse repeats in its error what it could not read. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function unusable(secretId: string, why: string): ProviderError {
  return new ProviderError('unauthorized', `the admin secret ${secretId} is of no use: ${why}`);
}

/** The Authorization header of an API key: RFC 6750 section 2.1. */
export async function bearer(read: ReadSecret, secretId: string): Promise<Redacted> {
  const { apiKey } = await readAdminSecret(read, secretId, apiKeySecret);
  return new Redacted(`Bearer ${apiKey}`);
}
