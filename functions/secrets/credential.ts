import * as v from 'valibot';
import type { Endpoint } from '../net/endpoint.ts';
import { endpointOf, place } from './endpoint.ts';
import { Redacted } from './redacted.ts';

/** SASL mechanisms that take a password, and those that take an OAuth 2.0 access token. */
const PASSWORD_METHODS = ['SCRAM-SHA-256', 'CRAM-MD5', 'PLAIN', 'LOGIN'] as const;
export const TOKEN_METHODS = ['OAUTHBEARER', 'XOAUTH2'] as const;

const AUTH_METHODS = [...PASSWORD_METHODS, ...TOKEN_METHODS] as const;
export type AuthMethod = (typeof AUTH_METHODS)[number];

/** Where the same user logs in with another password: with Amazon SES each region has its own. */
export interface RegionalEndpoint extends Endpoint {
  readonly region: string;
  /** Absent until a rotation has made it. */
  readonly password?: Redacted;
}

/** What logs in, and where: all that a secret says of a credential but who issues it. */
export interface Login {
  readonly endpoint: Endpoint;
  readonly username: string;
  /** The provider's id of an issued credential, where that is not the user name. */
  readonly credentialId?: string;
  /** A password; with `authMethod` OAUTHBEARER or XOAUTH2 an OAuth 2.0 access token; of the provider `entra` a client secret. */
  readonly password: Redacted;
  /** The only mechanism that may be used. Without it: the best that the server offers for a password. */
  readonly authMethod?: AuthMethod;
  /** The sender address, RFC 5321 Reverse-path. */
  readonly from?: string;
  readonly endpoints?: readonly RegionalEndpoint[];
  /** `password` is an access token that was issued for this one login. */
  readonly tokenIssued?: true;
}

const NO_CONTROL = /^[^\p{Cc}]+$/u;

/** A string of a secret's JSON: neither empty nor longer than `limit`, and safe in one line of any protocol. */
export const text = (limit: number) =>
  v.pipe(
    v.string('a string'),
    v.minLength(1, 'a non-empty string'),
    v.maxLength(limit, `at most ${limit} characters`),
    v.regex(NO_CONTROL, 'no control characters'),
  );

/** No list of regions: it would be too short with the next one that opens. */
export const awsRegion = v.pipe(
  v.string('an AWS region'),
  v.regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'an AWS region'),
);

/** What stands in a secret that has no login yet, too. */
export const placeFields = {
  ...place,
  endpoints: v.optional(
    v.array(
      v.object({ ...place, region: awsRegion, password: v.optional(text(12288)) }),
      'a list of endpoints',
    ),
  ),
  from: v.optional(v.pipe(text(254), v.email('an e-mail address'))),
};

export const loginFields = {
  ...placeFields,
  username: text(1024),
  credentialId: v.optional(text(256)),
  /** What `credentialId` was called up to version 0.1. */
  accessKeyId: v.optional(text(256)),
  password: text(12288),
  authMethod: v.optional(v.picklist(AUTH_METHODS, `one of ${AUTH_METHODS.join(', ')}`)),
};

type PlaceFields = v.InferOutput<v.ObjectSchema<typeof placeFields, undefined>>;
type LoginFields = v.InferOutput<v.ObjectSchema<typeof loginFields, undefined>>;

export function loginOf(fields: LoginFields): Login {
  const { username, credentialId = fields.accessKeyId, password, authMethod } = fields;
  return {
    ...placesOf(fields),
    username,
    ...(credentialId && { credentialId }),
    password: new Redacted(password),
    ...(authMethod && { authMethod }),
  };
}

export function placesOf(fields: PlaceFields): Pick<Login, 'endpoint' | 'from' | 'endpoints'> {
  const { from, endpoints } = fields;
  return {
    endpoint: endpointOf(fields),
    ...(from && { from }),
    ...(endpoints && { endpoints: endpoints.map(regionalEndpoint) }),
  };
}

function regionalEndpoint({
  region,
  password,
  ...fields
}: NonNullable<PlaceFields['endpoints']>[number]): RegionalEndpoint {
  return { ...endpointOf(fields), region, ...(password && { password: new Redacted(password) }) };
}

/** Every place that a secret names, its own first, whether or not there is a password for it yet. */
export function everyEndpoint({
  endpoint,
  endpoints = [],
}: Pick<Login, 'endpoint' | 'endpoints'>): readonly Endpoint[] {
  return [endpoint, ...endpoints];
}

/** What its provider calls it, never secret: the id that rotation compares, and that the ledger keeps. */
export function idOf({ credentialId, username }: Pick<Login, 'credentialId' | 'username'>): string {
  return credentialId ?? username;
}
