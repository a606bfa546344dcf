import * as v from 'valibot';
import { certificates } from '../../credential/certificates.ts';
import { adminSecretId, text } from '../../credential/text.ts';

const EXPECTED = 'an https:// address without user name and fragment';

/**
 * Anything else that can set a password: Keyturn sends the login and its new password to `url` (docs/webhook.md).
 * The secret `signingSecretId` holds `{ "signingSecret": "whsec_..." }`. `ca`: PEM certificates trusted for the receiver
 * instead of the public ones.
 */
export const webhookSchema = v.object({
  type: v.literal('webhook'),
  url: v.pipe(v.string(EXPECTED), v.maxLength(2048, EXPECTED), v.check(isHttps, EXPECTED)),
  logins: v.union(
    [v.strictTuple([text(254)]), v.strictTuple([text(254), text(254)])],
    'one login, or two that take turns',
  ),
  signingSecretId: adminSecretId,
  ca: v.exactOptional(certificates),
});

export type WebhookProvider = Readonly<v.InferOutput<typeof webhookSchema>>;

function isHttps(text: string): boolean {
  const url = URL.parse(text);
  return url?.protocol === 'https:' && url.username === '' && url.password === '' && url.hash === '';
}
