import * as v from 'valibot';
import { adminSecretId, text } from '../secrets/text.ts';

const login = v.pipe(text(254), v.email('an SMTP user name, such as `one@mg.example.com`'));

/**
 * Mailgun: two SMTP users of one sending domain take turns. The secret `adminSecretId` holds
 * `{ "type": "mailgun", "apiKey", "domain", "logins" }`; Mailgun needs the role "admin" for it.
 */
export const mailgunSchema = v.object({
  type: v.literal('mailgun'),
  logins: v.pipe(
    v.strictTuple([login, login], 'two SMTP user names'),
    v.check(([one, two]) => one !== two, 'two SMTP user names that differ'),
  ),
  adminSecretId,
  region: v.exactOptional(v.picklist(['us', 'eu'], '`us` or `eu`')),
});

export type MailgunProvider = Readonly<v.InferOutput<typeof mailgunSchema>>;
