import * as v from 'valibot';
import { type Endpoint, isHost, type Security, usualSecurity } from '../net/endpoint.ts';
import { canonicalEndpoint, spelt } from './canonical-endpoint.ts';
import { certificates } from './certificates.ts';

/** The fields of a place to log in, wherever it is written down. */
export const place = {
  host: v.pipe(v.string('a host name'), v.check(isHost, 'a host name')),
  port: v.pipe(
    v.union([v.number(), v.pipe(v.string(), v.digits(), v.transform(Number))], 'a port number'),
    v.integer('a port number'),
    v.minValue(1, 'a port from 1 to 65535'),
    v.maxValue(65535, 'a port from 1 to 65535'),
  ),
  security: v.optional(v.picklist(['tls', 'starttls'], '`tls` or `starttls`')),
  ca: v.optional(certificates),
};

/** A place of its own, as a list of them holds it. */
export const endpointSchema = v.pipe(v.object(place, 'an endpoint'), v.transform(endpointOf));

export interface EndpointFields {
  readonly host: string;
  readonly port: number;
  readonly security?: Security | undefined;
  readonly ca?: string | undefined;
}

export function endpointOf({ host, port, security, ca }: EndpointFields): Endpoint {
  return { host, port, security: security ?? usualSecurity(port), ...(ca && { ca }) };
}

/** The value of the tag that names an endpoint (names.ts). */
export function endpointTag(fields: EndpointFields): string {
  return spelt(canonicalEndpoint(endpointOf(fields)));
}
