import { type Credential, everyLogin } from '../credential/credential.ts';
import type { SecretValue } from '../credential/secret-reader.ts';
import type { Judgement } from '../smtp/judgement.ts';
import { nextTry } from './convergence.ts';
import { type Basis, ownedProvider, type Rotation, RotationError } from './rotation.ts';
import { readCurrent, usable } from './set-secret.ts';

/** One login may take this long (ms); a try that cannot finish in the remaining time is not begun. */
const LOGIN_BUDGET_MS = 20_000;

/**
 * Step 3: log in with the pending credential over verified TLS, a fresh connection each time, until it is proven at each
 * of its endpoints.
 */
export async function proveSecret(rotation: Rotation, pending: SecretValue): Promise<'proven'> {
  const credential = usable(pending);
  try {
    for (const login of everyLogin(credential)) await prove(rotation, login, 'pending');
  } catch (error) {
    await restore(rotation, credential);
    throw error;
  }
  const { ledger, secret, token, now } = rotation;
  await ledger.recordEvent(secret.arn, 'credential.proven', now(), { versionId: token });
  return 'proven';
}

/**
 * Secrets Manager's deploy-time test (RotateImmediately=false, AWS RotateSecret) runs this step alone, on a version
 * without a value: then the current credential and the provider are examined instead.
 */
export async function preflight(
  rotation: Rotation,
  { credential, provider }: Basis,
): Promise<'preflight-passed'> {
  const issuer = await ownedProvider(rotation, provider);
  if (issuer.kind === 'issuing') await issuer.list();
  if (credential) await prove(rotation, credential, 'current');
  return 'preflight-passed';
}

/** With one login only, the unproven password has replaced the one in use: that is put back until the next try. */
async function restore(rotation: Rotation, pending: Credential): Promise<void> {
  const provider = pending.provider && rotation.providerFor(pending.provider, rotation.secret);
  if (provider?.kind !== 'setting') return;
  const current = await readCurrent(rotation);
  if (current?.username === pending.username) await provider.set(current.username, current.password);
}

/** Rejects with a `RotationError` that says why, unless the credential is proven in the remaining time. */
export async function prove(
  rotation: Pick<Rotation, 'login' | 'sleep' | 'random' | 'remainingMs'>,
  credential: Credential,
  tested: 'pending' | 'current',
): Promise<void> {
  const judgements: Judgement[] = [];
  for (;;) {
    const remainingMs = rotation.remainingMs() - LOGIN_BUDGET_MS;
    const next = nextTry({ tested, judgements, remainingMs, random: rotation.random() });
    if (next.kind === 'proven') return;
    if (next.kind === 'give-up')
      throw new RotationError(`the ${tested} credential ${unproven(next.reason, judgements)}`);
    await rotation.sleep(next.afterMs);
    judgements.push((await rotation.login(credential, LOGIN_BUDGET_MS)).judgement);
  }
}

/** With the last answer of a server, and with what to do: a login that was held back says how long to wait. */
function unproven(reason: 'not-passing' | 'out-of-time', judgements: readonly Judgement[]): string {
  const answered = judgements.filter(({ verdict }) => verdict !== 'held-back');
  const why =
    reason === 'out-of-time' ? `was not proven in time after ${answered.length} logins` : 'cannot be proven';
  const { verdict = 'no login' } = answered.at(-1) ?? judgements.at(-1) ?? {};
  return `${why}: ${verdict}. ${judgements.at(-1)?.advice ?? ''}`.trim();
}
