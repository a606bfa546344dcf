import type { Credential } from '../credential/credential.ts';
import { parseSecret } from '../credential/schema.ts';
import type { Judgement } from '../smtp/judgement.ts';
import { nextTry } from './convergence.ts';
import { ownedProvider, type Rotation, RotationError, readBasis, readPending } from './rotation.ts';

/** One login may take this long (ms); a try that cannot finish in the remaining time is not begun. */
const LOGIN_BUDGET_MS = 20_000;

/**
 * Step 3: log in with the pending credential over verified TLS, a fresh connection each time, until it is proven.
 * A pending version without a value is Secrets Manager's deploy-time test (RotateImmediately=false, AWS RotateSecret):
 * then the current credential and the provider are examined instead.
 */
export async function testSecret(rotation: Rotation): Promise<'proven' | 'preflight-passed'> {
  const pending = await readPending(rotation);
  if (pending.kind === 'absent') return preflight(rotation);
  const parsed = parseSecret(pending.text.reveal());
  if (parsed.kind !== 'credential') throw new RotationError('the pending version holds no usable credential');
  await prove(rotation, parsed.credential, 'pending');
  const { ledger, secret, token, now } = rotation;
  await ledger.recordEvent(secret.arn, 'credential.proven', now(), { versionId: token });
  return 'proven';
}

async function preflight(rotation: Rotation): Promise<'preflight-passed'> {
  const { credential, provider } = await readBasis(rotation);
  const issuer = await ownedProvider(rotation, provider);
  await issuer.list();
  if (credential) await prove(rotation, credential, 'current');
  return 'preflight-passed';
}

async function prove(
  rotation: Rotation,
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
