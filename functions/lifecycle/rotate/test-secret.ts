import { type Credential, everyLogin } from '../../providers/secret.ts';
import { idOf } from '../../secrets/credential.ts';
import type { LoginResult } from '../../smtp/login-result.ts';
import type { VersionProof } from '../../table/items.ts';
import { LOGIN_BUDGET_MS, lease } from '../lease.ts';
import { obstacle } from '../possible-from.ts';
import { situationOf } from '../situation.ts';
import type { Taken } from '../snapshot.ts';
import { nextTry } from './convergence.ts';
import { currentIn } from './create-secret.ts';
import { type Rotation, RotationError } from './rotation.ts';
import { readCurrent } from './set-secret.ts';

/**
 * Step 3: log in with the pending credential over verified TLS, a fresh connection each time, until it is proven at each
 * of its endpoints. The ledger then has the proof, by which finishSecret goes: last, so that an event tells of each.
 */
export async function proveSecret(
  rotation: Rotation,
  credential: Credential,
  provenBy: VersionProof['provenBy'],
): Promise<VersionProof> {
  const { ledger, secret, token, now } = rotation;
  const unproven = { token, startedAt: now(), provenAt: null, provenBy };
  try {
    await ledger.recordProof(secret.arn, unproven);
    for (const login of everyLogin(credential)) await prove(rotation, login, 'pending');
  } catch (error) {
    await restore(rotation, credential);
    throw error;
  }
  const proof = { ...unproven, provenAt: now() };
  await ledger.recordEvent(secret.arn, 'credential.proven', proof.provenAt, { versionId: token });
  await ledger.recordProof(secret.arn, proof);
  return proof;
}

/**
 * Secrets Manager's deploy-time test (RotateImmediately=false, AWS RotateSecret) runs this step alone, on a version
 * without a value: then the current credential and the provider are examined instead.
 */
export async function preflight(rotation: Rotation, taken: Taken): Promise<'preflight-passed'> {
  const found = obstacle(situationOf(taken.snapshot, rotation));
  if (found) throw new RotationError(found.message, found.reason);
  const credential = currentIn(taken);
  if (credential) await prove(rotation, credential, 'current');
  return 'preflight-passed';
}

/**
 * With one login only, the unproven password has replaced the one in use: that is put back, where the one in use is set,
 * until the next try. Under a lease, which ends what another process may have proven meanwhile.
 */
export async function restore(rotation: Rotation, pending: Credential): Promise<void> {
  const { ledger, secret, token, now } = rotation;
  const current = await readCurrent(rotation);
  if (current?.username !== pending.username) return;
  const provider = current.provider && rotation.providerFor(current.provider, secret);
  if (provider?.kind !== 'setting') return;
  const attempt = { ...lease(token, now()), credentialId: idOf(pending) };
  // Mail comes first: it has to flow again even when the ledger cannot be written.
  await ledger.recordMint(secret.arn, attempt).catch(() => {});
  await provider.set(current.username, current.password);
  await ledger.recordMint(secret.arn, { ...attempt, endsBy: now() });
}

/** Rejects with a `RotationError` that says why, unless the credential is proven in the remaining time. */
export async function prove(
  rotation: Pick<Rotation, 'login' | 'sleep' | 'random' | 'remainingMs'>,
  credential: Credential,
  tested: 'pending' | 'current',
): Promise<void> {
  const results: LoginResult[] = [];
  for (;;) {
    const remainingMs = rotation.remainingMs() - LOGIN_BUDGET_MS;
    const next = nextTry({ tested, results, remainingMs, random: rotation.random() });
    if (next.kind === 'proven') return;
    if (next.kind === 'give-up')
      throw new RotationError(`the ${tested} credential ${unproven(next.reason, results)}`);
    await rotation.sleep(next.afterMs);
    results.push((await rotation.login(credential, LOGIN_BUDGET_MS)).result);
  }
}

/** With the last answer of a server, and with what to do: a login that was held back says how long to wait. */
function unproven(reason: 'not-passing' | 'out-of-time', results: readonly LoginResult[]): string {
  const answered = results.filter(({ verdict }) => verdict !== 'held-back');
  const why =
    reason === 'out-of-time' ? `was not proven in time after ${answered.length} logins` : 'cannot be proven';
  const { verdict = 'no login' } = answered.at(-1) ?? results.at(-1) ?? {};
  return `${why}: ${verdict}. ${results.at(-1)?.advice ?? ''}`.trim();
}
