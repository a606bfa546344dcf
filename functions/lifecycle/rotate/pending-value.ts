import * as v from 'valibot';
import type { MintedCredential, RegionalPassword } from '../../providers/provider.ts';
import { sesHost } from '../../providers/ses.ts';
import { Redacted } from '../../secrets/redacted.ts';

/** Of a secret's `endpoints` only what says which one it is; all other fields are kept. */
const located = v.looseObject({ region: v.string() });
const withEndpoints = v.looseObject({ endpoints: v.fallback(v.array(located), []) });

const IMPLICIT_TLS = 465;

/** Fields that belong to one login, and so do not outlive it. */
const OF_THE_LOGIN: ReadonlySet<string> = new Set([
  'username',
  'password',
  'credentialId',
  'accessKeyId',
  'endpoints',
]);

/**
 * The SecretString of a new version: the fields of the current one, all others kept, with the new login in them. Readers
 * that know one endpoint find it where it ever was; the passwords of further regions stand in `endpoints`.
 */
export function pendingValue(
  fields: object,
  { id, username, password, regional = [] }: MintedCredential,
): Redacted {
  const kept = Object.fromEntries(Object.entries(fields).filter(([name]) => !OF_THE_LOGIN.has(name)));
  const login = { username, password: password.reveal(), ...(id !== username && { credentialId: id }) };
  const elsewhere = regional.length > 0 && { endpoints: endpoints(fields, regional) };
  return new Redacted(JSON.stringify({ ...kept, ...login, ...elsewhere }));
}

/** A place that the secret names already keeps its host and port, such as those of a VPC endpoint. */
function endpoints(fields: object, regional: readonly RegionalPassword[]): object[] {
  const parsed = v.safeParse(withEndpoints, fields);
  const known = parsed.success ? parsed.output.endpoints : [];
  return regional.map(({ region, password }) => ({
    ...(known.find((one) => one.region === region) ?? { region, host: sesHost(region), port: IMPLICIT_TLS }),
    password: password.reveal(),
  }));
}
