import * as v from 'valibot';
import { adminSecretId } from '../secrets/text.ts';

/**
 * Resend: API keys that may send and nothing else. The secret `adminSecretId` holds
 * `{ "type": "resend", "apiKey", "domainId"? }`, with full access; with `domainId` keys send from that domain only.
 */
export const resendSchema = v.object({
  type: v.literal('resend'),
  adminSecretId,
  /** Not passed over in silence: that would make keys for every domain. */
  domainId: v.exactOptional(v.never('nothing: `domainId` stands in the secret of the administrator')),
});

export type ResendProvider = Readonly<v.InferOutput<typeof resendSchema>>;
