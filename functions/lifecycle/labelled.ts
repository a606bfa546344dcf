import { type Credential, parseSecret } from '../providers/secret.ts';
import { idOf } from '../secrets/credential.ts';

import type { SecretDescription } from '../secrets/secret-reader.ts';
import type { SecretStore } from '../secrets/store.ts';

/** A version that carries labels, and the credential in it; versions without a login are not among them. */
export interface LabelledLogin {
  readonly versionId: string;
  readonly labels: readonly string[];
  /** The provider's id of the credential. */
  readonly id: string;
  readonly credential: Credential;
}

/** Who logs in with each labelled version of a secret. Rejects with the SDK's error: half a list would be dangerous. */
export async function labelledLogins(
  store: SecretStore,
  { arn, stages }: SecretDescription,
): Promise<readonly LabelledLogin[]> {
  const labelled = Object.entries(stages).filter(([, labels]) => labels.length > 0);
  const logins = await Promise.all(
    labelled.map(async ([versionId, labels]) => {
      const credential = await credentialIn(store, arn, versionId);
      return credential ? [{ versionId, labels, id: idOf(credential), credential }] : [];
    }),
  );
  return logins.flat();
}

async function credentialIn(store: SecretStore, arn: string, versionId: string): Promise<Credential | null> {
  const value = await store.read(arn, { versionId });
  const parsed = value.kind === 'value' ? parseSecret(value.text.reveal()) : null;
  return parsed?.kind === 'credential' ? parsed.credential : null;
}
