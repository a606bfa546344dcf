import * as v from 'valibot';
import { adminSecretId, text } from '../../credential/text.ts';

/**
 * Resend: API keys that may send and nothing else, with `domainId` from that domain only.
 * The secret `adminSecretId` holds `{ "apiKey": ... }` with full access.
 */
export const resendSchema = v.object({
  type: v.literal('resend'),
  adminSecretId,
  domainId: v.exactOptional(text(64)),
});

export type ResendProvider = Readonly<v.InferOutput<typeof resendSchema>>;
