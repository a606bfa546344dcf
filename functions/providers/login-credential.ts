import type { Send } from '../net/http.ts';
import type { Credential } from '../secrets/credential.ts';
import type { TokenFailure } from '../smtp/verdicts.ts';
import { requestToken } from './entra-token.ts';

/** Exchange Online, for the permissions that the application has there: SMTP.SendAsApp. */
const SMTP_SCOPE = 'https://outlook.office365.com/.default';

export type LoginCredential =
  | { readonly kind: 'ready'; readonly credential: Credential }
  | { readonly kind: 'failed'; readonly verdict: TokenFailure };

/**
 * What logs in for a credential. Mostly that is the credential itself; a client secret of Microsoft Entra first buys an
 * access token, which then logs in by XOAUTH2. The token is new each time: a login with one that was kept would prove
 * nothing of the client secret. `limitMs` bounds the request.
 */
export async function loginCredential(
  credential: Credential,
  limitMs: number,
  send?: Send,
): Promise<LoginCredential> {
  const { provider, password: clientSecret } = credential;
  if (provider?.type !== 'entra') return { kind: 'ready', credential };
  const outcome = await requestToken({ ...provider, clientSecret }, SMTP_SCOPE, limitMs, send);
  if (outcome.kind !== 'issued') return { kind: 'failed', verdict: outcome.kind };
  return { kind: 'ready', credential: { ...credential, password: outcome.token, authMethod: 'XOAUTH2' } };
}
