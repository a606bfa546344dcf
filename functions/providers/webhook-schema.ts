import * as v from 'valibot';
import { adminSecretId, text } from '../secrets/text.ts';

/**
 * Anything else that can set a password: Keyturn sends the login and its new password to the address that the secret
 * `signingSecretId` names (docs/webhook.md).
 */
export const webhookSchema = v.object({
  type: v.literal('webhook'),
  logins: v.union(
    [v.strictTuple([text(254)]), v.strictTuple([text(254), text(254)])],
    'one login, or two that take turns',
  ),
  signingSecretId: adminSecretId,
});

export type WebhookProvider = Readonly<v.InferOutput<typeof webhookSchema>>;
