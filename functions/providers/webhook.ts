import type net from 'node:net';
import { Webhook as StandardWebhook } from 'standardwebhooks';
import * as v from 'valibot';
import { codeOf } from '../net/http.ts';
import { Forbidden, type Network } from '../net/network.ts';
import { sendOver } from '../net/send.ts';
import { certificates } from '../secrets/endpoint.ts';
import type { Redacted } from '../secrets/redacted.ts';
import { adminFields, administrator, adminSecretId, type ReadAdmin } from './admin-secret.ts';
import { AllowedLogins, loginPatterns, oneOrTwoLogins } from './allowed-logins.ts';
import { LONGEST_CALL_MS, ProviderError, type ProviderErrorReason } from './provider.ts';

/**
 * Anything else that can set a password: Keyturn sends the login and its new password to the address that the secret
 * `signingSecretId` names (docs/webhook.md).
 */
export const webhookSchema = v.object({
  type: v.literal('webhook'),
  logins: oneOrTwoLogins,
  signingSecretId: adminSecretId,
});

export type WebhookProvider = Readonly<v.InferOutput<typeof webhookSchema>>;

const TYPE = 'credential.password';

const EXPECTED_URL = 'an https:// address without user name and fragment';

/** The receiver; `ca`: PEM certificates trusted for it instead of the public ones. */
const adminSecret = v.object({
  ...adminFields('webhook'),
  url: v.pipe(v.string(EXPECTED_URL), v.maxLength(2048, EXPECTED_URL), v.check(isHttps, EXPECTED_URL)),
  ca: v.exactOptional(certificates),
  /** Standard Webhooks: 24 to 64 bytes in base64. */
  signingSecret: v.pipe(
    v.string('a string'),
    v.regex(/^whsec_[A-Za-z0-9+/]{32,86}={0,2}$/, '"whsec_" and 24 to 64 bytes in base64'),
  ),
  logins: loginPatterns,
});
type WebhookAdmin = v.InferOutput<typeof adminSecret>;

export interface WebhookDeps {
  readonly readAdmin: ReadAdmin;
  /** What may be dialled: a receiver in a private network only when its address is allowed. */
  readonly network: Network;
  readonly newId: () => string;
  readonly now: () => number;
  /** Instead of 12 seconds. */
  readonly longestCallMs?: number;
}

/**
 * Has somebody else's code set a password: one POST, signed as the Standard Webhooks specification says, so that receivers
 * find a library for it in their language. Source: github.com/standard-webhooks/standard-webhooks, version 1.0.0.
 */
export class Webhook extends AllowedLogins<WebhookAdmin> {
  readonly passwordLimit = null;
  readonly #deps: WebhookDeps;

  constructor({ logins, signingSecretId }: WebhookProvider, deps: WebhookDeps) {
    super(logins, administrator(deps.readAdmin, signingSecretId, adminSecret));
    this.#deps = deps;
  }

  protected async change(
    { url, ca, signingSecret }: WebhookAdmin,
    login: string,
    password: Redacted,
  ): Promise<void> {
    const { network, newId, now, longestCallMs } = this.#deps;
    const at = new Date(now());
    const data = { login, password: password.reveal() };
    const body = JSON.stringify({ type: TYPE, timestamp: at.toISOString(), data });
    const headers = signed(body, newId(), at, signingSecret);
    await post({ url: new URL(url), headers, body, ca }, network, longestCallMs);
  }
}

/** A receiver refuses what is older than five minutes. */
function signed(body: string, id: string, at: Date, signingSecret: string): Record<string, string> {
  return {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
    'webhook-signature': new StandardWebhook(signingSecret).sign(id, at, body),
  };
}

function isHttps(text: string): boolean {
  const url = URL.parse(text);
  return url?.protocol === 'https:' && url.username === '' && url.password === '' && url.hash === '';
}

const HTTPS_PORT = 443;

export interface Post {
  /** https only. */
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** PEM certificates trusted instead of the public ones. */
  readonly ca?: string | undefined;
}

/**
 * One POST of JSON over verified TLS to an address that the network guard allows; it is not looked up a second time.
 * 2yz is success; 4yz says that nothing was done; anything else, or no answer, may have been either. Redirects are not
 * followed, and nothing of the answer is used but its status. Rejects with a `ProviderError`.
 */
export async function post(request: Post, network: Network, limitMs = LONGEST_CALL_MS): Promise<void> {
  const signal = AbortSignal.timeout(limitMs);
  const socket = await dial(request, network, signal);
  try {
    // The body is not waited for: it ends with the connection.
    const { status } = await send(request, socket, signal).catch((error: unknown) => {
      throw failure('ambiguous', `no answer (${codeOf(error)}); it may have been done`);
    });
    const failed = reasonFor(status);
    if (failed) throw failure(failed, `${status}${failed === 'ambiguous' ? '; it may have been done' : ''}`);
  } finally {
    socket.destroy();
  }
}

/** Until it has connected and verified the certificate, nothing was sent. */
async function dial({ url, ca }: Post, network: Network, signal: AbortSignal): Promise<net.Socket> {
  if (url.protocol !== 'https:') throw new Error(`bug: ${url.protocol} instead of https:`);
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const port = Number(url.port) || HTTPS_PORT;
  try {
    const endpoint = { host, port, security: 'tls', ...(ca && { ca }) } as const;
    return (await network.dial(endpoint, () => {}, signal)).socket;
  } catch (error) {
    if (error instanceof Forbidden) {
      throw failure('refused', `an ${error.code} that the network settings do not allow`);
    }
    throw failure('unavailable', `no verified connection (${codeOf(error)})`);
  }
}

function send({ url, headers, body }: Post, socket: net.Socket, signal: AbortSignal) {
  const typed = { ...headers, 'content-type': 'application/json' };
  return sendOver({ socket })(url, { method: 'POST', headers: typed, body, signal });
}

function reasonFor(status: number): ProviderErrorReason | null {
  if (status >= 200 && status < 300) return null;
  if (status === 401 || status === 403) return 'unauthorized';
  if (status === 429) return 'rate-limited';
  return status >= 400 && status < 500 ? 'refused' : 'ambiguous';
}

function failure(reason: ProviderErrorReason, got: string): ProviderError {
  return new ProviderError(reason, `the webhook was called: expected 2yz, got ${got}`);
}
