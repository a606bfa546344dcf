import { createHmac } from 'node:crypto';
import * as v from 'valibot';
import type { Network } from '../net/network.ts';
import { certificates } from '../secrets/certificates.ts';
import type { Redacted } from '../secrets/redacted.ts';
import { loginPatterns } from './admin-scope.ts';
import { adminEndpoints, administrator, type ReadAdmin } from './admin-secret.ts';
import { AllowedLogins } from './allowed-logins.ts';
import { post } from './guarded-post.ts';
import type { WebhookProvider } from './webhook-schema.ts';

const TYPE = 'credential.password';
const PREFIX = 'whsec_';

const EXPECTED_URL = 'an https:// address without user name and fragment';

/** The receiver; `ca`: PEM certificates trusted for it instead of the public ones. */
const adminSecret = v.object({
  type: v.literal('webhook', '"webhook", as in `provider`'),
  url: v.pipe(v.string(EXPECTED_URL), v.maxLength(2048, EXPECTED_URL), v.check(isHttps, EXPECTED_URL)),
  ca: v.exactOptional(certificates),
  /** Standard Webhooks: 24 to 64 bytes in base64. */
  signingSecret: v.pipe(
    v.string('a string'),
    v.regex(/^whsec_[A-Za-z0-9+/]{32,86}={0,2}$/, '"whsec_" and 24 to 64 bytes in base64'),
  ),
  logins: loginPatterns,
  endpoints: adminEndpoints,
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
    const at = now();
    const data = { login, password: password.reveal() };
    const body = JSON.stringify({ type: TYPE, timestamp: new Date(at).toISOString(), data });
    const headers = signed(body, newId(), Math.floor(at / 1000), signingSecret);
    await post({ url: new URL(url), headers, body, ca }, network, longestCallMs);
  }
}

/** `seconds` since 1970: a receiver refuses what is older than five minutes. */
function signed(body: string, id: string, seconds: number, secret: string): Record<string, string> {
  const key = Buffer.from(secret.slice(PREFIX.length), 'base64');
  const signature = createHmac('sha256', key).update(`${id}.${seconds}.${body}`).digest('base64');
  return {
    'webhook-id': id,
    'webhook-timestamp': String(seconds),
    'webhook-signature': `v1,${signature}`,
  };
}

function isHttps(text: string): boolean {
  const url = URL.parse(text);
  return url?.protocol === 'https:' && url.username === '' && url.password === '' && url.hash === '';
}
