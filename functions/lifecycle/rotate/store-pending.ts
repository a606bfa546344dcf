import type { Redacted } from '../../secrets/redacted.ts';
import type { Rotation } from './rotation.ts';

/** Stores the new value under this rotation's token. `refused`: Secrets Manager did not take it, so nobody has it. */
export async function storePending(
  { store, secret, token }: Rotation,
  text: Redacted,
  whenRefused: () => Promise<void> = async () => {},
): Promise<void> {
  try {
    await store.putPending(secret.arn, token, text);
  } catch (error) {
    if (isDefiniteRefusal(error)) await whenRefused();
    throw error;
  }
}

/** Only a refusal proves that the value was not stored; after a timeout it may have been, and the credential must stay. */
function isDefiniteRefusal(error: unknown): boolean {
  const { $metadata } = error as { $metadata?: { httpStatusCode?: number } };
  const status = $metadata?.httpStatusCode ?? 0;
  return status >= 400 && status < 500;
}
