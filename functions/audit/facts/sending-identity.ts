import type { SesV2 } from '../../aws/sesv2.ts';
import type { SendingIdentity } from './ses.ts';

/** Reads identities by their names; credentials of a batch share their senders, so it asks once for each. */
export function identitiesOf(sesv2: Pick<SesV2, 'call'>): (name: string) => Promise<SendingIdentity> {
  const asked = new Map<string, Promise<SendingIdentity>>();
  return (name) => {
    const answer = asked.get(name) ?? sendingIdentity(sesv2, name);
    asked.set(name, answer);
    return answer;
  };
}

async function sendingIdentity(sesv2: Pick<SesV2, 'call'>, name: string): Promise<SendingIdentity> {
  const identity = await sesv2.call('GetEmailIdentity', { name });
  const { SigningAttributesOrigin, CurrentSigningKeyLength, LastKeyGenerationTimestamp } =
    identity.DkimAttributes ?? {};
  const ownKey = SigningAttributesOrigin !== 'EXTERNAL';
  // On the wire a time is in seconds since 1970.
  const keyMadeAt = 1000 * Number(LastKeyGenerationTimestamp);
  return {
    name,
    configurationSet: identity.ConfigurationSetName ?? null,
    keyLength: ownKey ? (CurrentSigningKeyLength ?? null) : null,
    keyMadeAt: ownKey && Number.isFinite(keyMadeAt) ? keyMadeAt : null,
    verificationError: identity.VerificationInfo?.ErrorType ?? null,
  };
}
