import { createHmac } from 'node:crypto';
import * as v from 'valibot';
import type { Endpoint } from '../../credential/credential.ts';
import type { Redacted } from '../../credential/redacted.ts';
import type { Network } from '../../smtp/network.ts';
import type { SettingProvider } from '../provider.ts';
import { adminEndpoints } from './admin-endpoints.ts';
import { type ReadSecret, readAdminSecret } from './admin-secret.ts';
import { post } from './guarded-post.ts';
import type { WebhookProvider } from './webhook-schema.ts';

const TYPE = 'credential.password';
const PREFIX = 'whsec_';

/** Standard Webhooks: 24 to 64 bytes in base64. */
const signingSecret = v.object({
  signingSecret: v.pipe(
    v.string('a string'),
    v.regex(/^whsec_[A-Za-z0-9+/]{32,86}={0,2}$/, '"whsec_" and 24 to 64 bytes in base64'),
  ),
});

export interface WebhookDeps {
  readonly readSecret: ReadSecret;
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
export class Webhook implements SettingProvider {
  readonly kind = 'setting';
  readonly logins: SettingProvider['logins'];
  readonly passwordLimit = null;
  readonly #provider: WebhookProvider;
  readonly #deps: WebhookDeps;

  constructor(provider: WebhookProvider, deps: WebhookDeps) {
    this.logins = provider.logins;
    this.#provider = provider;
    this.#deps = deps;
  }

  endpoints(): Promise<readonly Endpoint[]> {
    return adminEndpoints(this.#deps.readSecret, this.#provider.signingSecretId);
  }

  async set(login: string, password: Redacted): Promise<void> {
    const { readSecret, network, newId, now, longestCallMs } = this.#deps;
    const { url, ca, signingSecretId } = this.#provider;
    const key = await readAdminSecret(readSecret, signingSecretId, signingSecret);
    const at = now();
    const data = { login, password: password.reveal() };
    const body = JSON.stringify({ type: TYPE, timestamp: new Date(at).toISOString(), data });
    const headers = signed(body, newId(), Math.floor(at / 1000), key.signingSecret);
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
