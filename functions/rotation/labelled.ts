import { parseSecret } from '../credential/schema.ts';
import type { SecretDescription } from '../credential/secret-reader.ts';
import type { SecretStore } from '../credential/store.ts';

/** A version that carries labels, and the user name in it; versions without a login are not among them. */
export interface LabelledLogin {
  readonly versionId: string;
  readonly labels: readonly string[];
  readonly username: string;
}

/** Who logs in with each labelled version of a secret. Rejects with the SDK's error: half a list would be dangerous. */
export async function labelledLogins(
  store: SecretStore,
  { arn, stages }: SecretDescription,
): Promise<readonly LabelledLogin[]> {
  const labelled = Object.entries(stages).filter(([, labels]) => labels.length > 0);
  const logins = await Promise.all(
    labelled.map(async ([versionId, labels]) => {
      const username = await usernameIn(store, arn, versionId);
      return username === undefined ? [] : [{ versionId, labels, username }];
    }),
  );
  return logins.flat();
}

async function usernameIn(store: SecretStore, arn: string, versionId: string): Promise<string | undefined> {
  const value = await store.read(arn, { versionId });
  if (value.kind === 'absent') return undefined;
  const parsed = parseSecret(value.text.reveal());
  return parsed.kind === 'credential' ? parsed.credential.username : undefined;
}
