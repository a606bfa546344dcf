import * as v from 'valibot';
import { adminSecretId } from '../secrets/text.ts';

/**
 * Twilio SendGrid: API keys that may send mail and nothing else. The secret `adminSecretId` holds
 * `{ "type": "sendgrid", "apiKey" }` with the scopes `api_keys.create`, `api_keys.read`, `api_keys.delete` and `mail.send`:
 * a key gives no more than it has.
 */
export const sendgridSchema = v.object({
  type: v.literal('sendgrid'),
  adminSecretId,
  region: v.exactOptional(v.picklist(['global', 'eu'], '`global` or `eu`')),
});

export type SendGridProvider = Readonly<v.InferOutput<typeof sendgridSchema>>;
