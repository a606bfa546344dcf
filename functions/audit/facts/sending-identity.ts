import { GetEmailIdentityCommand, type SESv2Client } from '@aws-sdk/client-sesv2';
import type { SendingIdentity } from './ses.ts';

/** Reads identities by their names; credentials of a batch share their senders, so it asks once for each. */
export function identitiesOf(sesv2: SESv2Client): (name: string) => Promise<SendingIdentity> {
  const asked = new Map<string, Promise<SendingIdentity>>();
  return (name) => {
    const answer = asked.get(name) ?? sendingIdentity(sesv2, name);
    asked.set(name, answer);
    return answer;
  };
}

async function sendingIdentity(sesv2: SESv2Client, name: string): Promise<SendingIdentity> {
  const identity = await sesv2.send(new GetEmailIdentityCommand({ EmailIdentity: name }));
  const { SigningAttributesOrigin, CurrentSigningKeyLength, LastKeyGenerationTimestamp } =
    identity.DkimAttributes ?? {};
  const ownKey = SigningAttributesOrigin !== 'EXTERNAL';
  return {
    name,
    configurationSet: identity.ConfigurationSetName ?? null,
    keyLength: ownKey ? (CurrentSigningKeyLength ?? null) : null,
    keyMadeAt: ownKey ? (LastKeyGenerationTimestamp?.getTime() ?? null) : null,
    verificationError: identity.VerificationInfo?.ErrorType ?? null,
  };
}
