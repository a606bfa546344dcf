import type { UntriedVerdict } from '../verdicts.ts';
import { after, bad, type Meaning, unknown } from './meaning.ts';

export const UNTRIED_MEANINGS: Readonly<Record<UntriedVerdict, Meaning>> = {
  'malformed-secret': unknown('The secret is not a valid Keyturn credential. Correct the named field.'),
  'no-login-yet': unknown('The secret has no user name and password yet. Its first rotation will make them.'),
  'client-secret-rejected': bad(
    'Microsoft Entra refused the client secret: it is wrong, was removed or has expired. Rotate the secret, or store the value (not the id) of a client secret that works.',
  ),
  'token-refused': unknown(
    'Microsoft Entra gave no access token, for another reason than the client secret. Check `tenantId` and `clientId`, that the application is enabled, and the conditional access policies of the tenant.',
  ),
  'token-unavailable': unknown(
    'Microsoft Entra could not be asked for an access token. Check the way of the function to login.microsoftonline.com, and try again.',
    after(60),
  ),
  'held-back': unknown(
    'Too many logins failed lately, so none was tried: another failure could lock the account, or have the host ban us. Fix the secret and wait.',
    after(900),
  ),
  'rejected-unconfirmed': unknown(
    'The server refused this login, which worked before, and there was no room to confirm that with a second one. Try again later.',
    after(900),
  ),
  'port-not-allowed': unknown(
    'Keyturn does not dial this port. Use 465, 587, 2465 or 2587, or allow the port in the configuration.',
  ),
  'address-not-allowed': unknown(
    'The host leads to a private, loopback or link-local address, which Keyturn does not dial. Correct `host`, or allow that network in the configuration.',
  ),
};
