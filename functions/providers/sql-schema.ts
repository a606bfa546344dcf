import * as v from 'valibot';
import { adminSecretId, text } from '../secrets/text.ts';

/**
 * A password table that Dovecot reads (and Postfix through Dovecot): `logins` are values of its login column, each in one
 * row. Where it is, the secret `adminSecretId` says (sql/admin.ts): who writes this one may not choose it.
 */
export const sqlSchema = v.object({
  type: v.literal('sql'),
  logins: v.union(
    [v.strictTuple([text(254)]), v.strictTuple([text(254), text(254)])],
    'one login, or two that take turns',
  ),
  adminSecretId,
});

export type SqlProvider = Readonly<v.InferOutput<typeof sqlSchema>>;
