import * as v from 'valibot';
import { endsIn, exchange, jsonOf, type Send } from '../net/http.ts';
import { send as sendByHttp } from '../net/send.ts';
import { Redacted } from '../secrets/redacted.ts';
import type { TokenFailure } from '../smtp/verdicts.ts';
import type { Credential } from './secret.ts';

/** Microsoft Entra's token endpoint for one tenant. */
const HOST = 'https://login.microsoftonline.com';
/** A token request that is silent for so long (ms) will not be answered. */
const SILENCE_MS = 10_000;
/** A token that says much of its application takes some 10 KiB. */
const MOST_BYTES = 256 * 1024;

/** An application and one of its client secrets. */
export interface ClientSecret {
  readonly tenantId: string;
  readonly clientId: string;
  readonly clientSecret: Redacted;
}

export type TokenOutcome =
  | { readonly kind: 'issued'; readonly token: Redacted }
  /** RFC 6749 section 5.2, `invalid_client`: the secret is wrong, removed or expired. */
  | { readonly kind: 'client-secret-rejected' }
  /** Refused for another reason, such as an application that is disabled, or a tenant that does not exist. */
  | { readonly kind: 'token-refused' }
  /** No answer, or none that says anything of the client secret: it may pass. */
  | { readonly kind: 'token-unavailable' };

const issued = v.object({ token_type: v.literal('Bearer'), access_token: v.pipe(v.string(), v.nonEmpty()) });
const refused = v.object({ error: v.string() });

/** The token endpoint's words for: not now. */
const PASSING: readonly string[] = ['temporarily_unavailable', 'server_error'];

/**
 * An access token by the client credentials grant. Never rejects, and never returns one that was issued before: only a
 * new one proves that the client secret still works. Verified TLS, no redirects.
 * Source: learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow.
 */
export async function requestToken(
  { tenantId, clientId, clientSecret }: ClientSecret,
  scope: string,
  limitMs: number,
  send: Send = sendByHttp,
): Promise<TokenOutcome> {
  const form = new URLSearchParams({
    client_id: clientId,
    client_secret: clientSecret.reveal(),
    scope,
    grant_type: 'client_credentials',
  });
  const url = `${HOST}/${encodeURIComponent(tenantId)}/oauth2/v2.0/token`;
  const headers = { Accept: 'application/json', 'Content-Type': 'application/x-www-form-urlencoded' };
  const signal = endsIn(Math.min(SILENCE_MS, limitMs));
  const request = { method: 'POST', headers, body: form.toString() };
  const answer = await exchange(send, url, request, { signal, mostBytes: MOST_BYTES });
  if (answer.kind !== 'answered') return { kind: 'token-unavailable' };
  return tokenOutcome(answer.status, jsonOf(answer.body));
}

/**
 * What the endpoint's answer says. By the `error` of RFC 6749 and not by AADSTS numbers: Microsoft warns that these
 * change (learn.microsoft.com/entra/identity-platform/reference-error-codes).
 */
export function tokenOutcome(status: number, body: unknown): TokenOutcome {
  const success = v.safeParse(issued, body);
  if (status === 200 && success.success)
    return { kind: 'issued', token: new Redacted(success.output.access_token) };
  const refusal = v.safeParse(refused, body);
  const isRefusal = status >= 400 && status < 500 && status !== 429;
  if (!isRefusal || !refusal.success || PASSING.includes(refusal.output.error))
    return { kind: 'token-unavailable' };
  return { kind: refusal.output.error === 'invalid_client' ? 'client-secret-rejected' : 'token-refused' };
}

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
  const token = { password: outcome.token, authMethod: 'XOAUTH2', tokenIssued: true } as const;
  return { kind: 'ready', credential: { ...credential, ...token } };
}
