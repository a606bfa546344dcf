import type { Attempt } from '../../budget/turn.ts';
import { goneFrom } from '../../lifecycle/retirable.ts';
import { type Credential, type Provider, parseSecret } from '../../providers/secret.ts';
import { idOf } from '../../secrets/credential.ts';
import { type SecretDescription, versionWith } from '../../secrets/description.ts';
import type { SecretReader } from '../../secrets/store.ts';
import type { LoginOutcome } from '../../smtp/login-result.ts';
import type { AuditSettings } from '../settings.ts';
import type { PreviousCredential } from '../subjects/credential.ts';

const HOUR_MS = 60 * 60 * 1000;
/** Each of their credentials has an id of its own, and is gone for good once it is retired. */
const ISSUING: readonly Provider['type'][] = ['ses', 'sendgrid', 'resend'];

interface Ports {
  readonly store: Pick<SecretReader, 'read'>;
  readonly attempt: (tried: Attempt) => Promise<LoginOutcome>;
  readonly settings: AuditSettings;
  readonly now: () => number;
}

const notTried = (because: string): PreviousCredential => ({ kind: 'not-tried', because });

/** Logs in once with a replaced credential, from the day on which it must not work any more. */
export async function previousCredential(
  { store, attempt, settings, now }: Ports,
  description: SecretDescription,
  current: Credential,
  budgetMs: number,
): Promise<PreviousCredential> {
  const { overlapHours, soakHours } = settings;
  if (!versionWith('AWSPREVIOUS', description)) return notTried('No credential has been replaced yet.');
  if (!current.provider || !ISSUING.includes(current.provider.type))
    return notTried('With this provider the replaced login takes its turn again, or is not ours to end.');
  const waits = { overlapMs: overlapHours * HOUR_MS, soakMs: soakHours * HOUR_MS };
  if (now() < goneFrom(description.lastRotatedAt ?? now(), waits))
    return notTried('The replaced credential is still in its overlap or soak time.');
  const value = await store.read(description.arn, { stage: 'AWSPREVIOUS' });
  const parsed = value.kind === 'value' ? parseSecret(value.text.reveal()) : undefined;
  if (parsed?.kind !== 'credential') return notTried('The replaced version holds no credential.');
  if (idOf(parsed.credential) === idOf(current))
    return notTried('The replaced version holds the same credential.');
  if (parsed.credential.username.toLowerCase() === current.username.toLowerCase())
    return notTried('Both log in as one user, and the refusal would count against the one in use.');
  const { credential } = parsed;
  const tried = { credential, secretArn: description.arn, budgetMs, meantToFail: true };
  return { kind: 'tried', outcome: await attempt(tried) };
}
