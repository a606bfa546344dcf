import { isIP, SocketAddress } from 'node:net';
import { domainToASCII } from 'node:url';

/** `tls`: TLS from the first byte (RFC 8314 section 3). `starttls`: upgraded by STARTTLS, always required (RFC 3207). */
export type Security = 'tls' | 'starttls';

/** Where to connect to and how to trust it; no secret in it. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
  readonly security: Security;
  /** PEM certificates trusted instead of the public ones. */
  readonly ca?: string;
}

const IMPLICIT_TLS_PORTS: readonly number[] = [465, 2465];

/** What a port is used with unless something else is said: RFC 8314 section 3, and the second pair of ports that some serve. */
export function usualSecurity(port: number): Security {
  return IMPLICIT_TLS_PORTS.includes(port) ? 'tls' : 'starttls';
}

/** RFC 1123 section 2.1: labels of letters, digits and inner hyphens; 253 characters in all. */
const LABELS =
  /^(?=.{1,253}$)[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*$/;
/** Resolvers read a name that ends so as an IPv4 address: `127.1`, `0177.0.0.1`, `2130706433`, `0x7f.1`. */
const NUMERIC_END = /(^|\.)(\d+|0x[0-9a-f]*)$/i;

/** A host name without a trailing dot, or an IPv4 or IPv6 address in its standard spelling, without brackets or zone. */
export function isHost(text: string): boolean {
  if (isIP(text) !== 0) return !text.includes('%');
  return LABELS.test(text) && !NUMERIC_END.test(text);
}

/** The one spelling of a host: an address as RFC 5952 writes it, a name in small letters and A-labels (RFC 5890). */
export function canonicalHost(host: string): string {
  return isIP(host) === 0 ? canonicalDomain(host) : canonicalAddress(host);
}

/** RFC 4291 section 2.5.5.2: an IPv4 address in the clothes of an IPv6 one. */
const MAPPED = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/;

/** Without its zone: what is reached through two interfaces is taken for one computer. */
export function canonicalAddress(address: string): string {
  const [withoutZone = ''] = address.split('%');
  if (isIP(withoutZone) !== 6) return withoutZone;
  const { address: written } = new SocketAddress({ address: withoutZone, family: 'ipv6' });
  return MAPPED.exec(written)?.[1] ?? written;
}

/** Without a trailing dot. */
export function canonicalDomain(domain: string): string {
  const relative = domain.replace(/\.$/, '');
  return domainToASCII(relative) || relative.toLowerCase();
}
