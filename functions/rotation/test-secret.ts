import type { Credential } from '../credential/credential.ts';
import { parseSecret } from '../credential/schema.ts';
import type { Judgement, Verdict } from '../smtp/judgement.ts';
import { judge } from '../smtp/verdict.ts';
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
  await prove(rotation, parsed.credential);
  const { ledger, secret, token, now } = rotation;
  await ledger.recordEvent(secret.arn, 'credential.proven', now(), { versionId: token });
  return 'proven';
}

async function preflight(rotation: Rotation): Promise<'preflight-passed'> {
  const { credential, provider } = await readBasis(rotation);
  const issuer = await ownedProvider(rotation, provider);
  await issuer.list();
  if (credential) await prove(rotation, credential);
  return 'preflight-passed';
}

async function prove(rotation: Rotation, credential: Credential): Promise<void> {
  const verdicts: Verdict[] = [];
  let last: Judgement | undefined;
  for (;;) {
    const remainingMs = rotation.remainingMs() - LOGIN_BUDGET_MS;
    const next = nextTry({ verdicts, remainingMs, random: rotation.random() });
    if (next.kind === 'proven') return;
    if (next.kind === 'give-up') throw new RotationError(unproven(next.reason, last, verdicts.length));
    await rotation.sleep(next.afterMs);
    last = judge(await rotation.login(credential, LOGIN_BUDGET_MS));
    verdicts.push(last.verdict);
  }
}

function unproven(reason: 'not-passing' | 'out-of-time', last: Judgement | undefined, tries: number): string {
  const why = reason === 'out-of-time' ? `not proven in time after ${tries} logins` : 'cannot be proven';
  return `the new credential is ${why}: ${last?.verdict ?? 'no login'}. ${last?.advice ?? ''}`.trim();
}
