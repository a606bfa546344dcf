import * as v from 'valibot';
import { certificates, endpointTag } from '../../functions/secrets/endpoint.ts';
import {
  email,
  host,
  keyArn,
  name,
  region,
  rotationDays,
  secretName,
  shape,
  text,
  wholeNumber,
} from './values.ts';

const TAG_LENGTH = 256;

const endpoint = v.pipe(
  v.strictObject(
    {
      host,
      port: wholeNumber(1, 65535),
      security: v.optional(v.picklist(['tls', 'starttls'], '"tls" or "starttls"')),
      ca: v.optional(certificates),
    },
    shape,
  ),
  v.check(
    (fields) => endpointTag(fields).length <= TAG_LENGTH,
    'a host that fits with its CA into a tag of 256 characters',
  ),
);

const sesCredential = v.pipe(
  v.strictObject(
    {
      type: v.literal('ses'),
      name,
      identity: text('a verified SES identity: a domain or an e-mail address', /^\S+\.\S+$/),
      from: email,
      region: v.optional(region),
      /** Further ones that it sends from; each has another password, made from the same key. */
      regions: v.optional(v.array(region, 'a list of AWS regions')),
      rotationDays: v.optional(rotationDays),
      owner: v.optional(text('a tag value of 1 to 256 characters', /^[\w\s+=.:/@-]{1,256}$/)),
      endpoint: v.optional(endpoint),
    },
    shape,
  ),
  v.forward(
    v.check(({ from, identity }) => sendsAs(from, identity), 'an address that the identity may send as'),
    ['from'],
  ),
);

const existingCredential = v.strictObject(
  {
    type: v.literal('existing'),
    name,
    secretName,
    rotationDays: v.optional(rotationDays),
    kmsKeyArn: v.optional(keyArn),
  },
  shape,
);

export const credential = v.variant('type', [sesCredential, existingCredential], 'type "ses" or "existing"');

type CredentialConfig = v.InferOutput<typeof credential>;

/** The name of the secret that holds this credential. */
export function secretNameOf(credential: CredentialConfig): string {
  return credential.type === 'ses' ? `keyturn/${credential.name}` : credential.secretName;
}

function sendsAs(from: string, identity: string): boolean {
  const domain = from.slice(from.lastIndexOf('@') + 1).toLowerCase();
  const owner = identity.toLowerCase();
  return owner === from.toLowerCase() || domain === owner || domain.endsWith(`.${owner}`);
}
