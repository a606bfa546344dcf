import * as v from 'valibot';
import { adminSecretId } from '../secrets/text.ts';

export const guid = v.pipe(v.string('a GUID'), v.uuid('a GUID'));

/**
 * Microsoft 365: `mailbox` is the user name, and the password a client secret of the application `clientId`, whose
 * object id is `objectId`; it needs SMTP.SendAsApp and no more, and the tag `keyturn:secret=<ARN of the secret>`. The secret
 * `adminSecretId` holds `{ "type": "entra", "tenantId", "clientId", "clientSecret" }` of another application, which owns the
 * first one and has Microsoft Graph's Application.ReadWrite.OwnedBy: so a client secret that leaks from a mail sender cannot
 * make itself a new one.
 */
export const entraSchema = v.object({
  type: v.literal('entra'),
  tenantId: guid,
  clientId: guid,
  objectId: guid,
  mailbox: v.pipe(v.string('a mailbox'), v.maxLength(254, 'a mailbox'), v.email('a mailbox')),
  adminSecretId,
  /** Where a policy of the tenant allows no more; without it Microsoft's two years. */
  lifetimeDays: v.exactOptional(
    v.pipe(v.number('days'), v.integer('days'), v.minValue(1, 'days'), v.maxValue(730, 'days')),
  ),
});

export type EntraProvider = Readonly<v.InferOutput<typeof entraSchema>>;
