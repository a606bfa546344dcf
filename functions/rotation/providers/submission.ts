import { type Endpoint, usualSecurity } from '../../credential/credential.ts';

/** A provider's own hosts on the submission ports that it documents, with public certificates. */
export function submissionEndpoints(hosts: readonly string[], ports: readonly number[]): readonly Endpoint[] {
  return hosts.flatMap((host) => ports.map((port) => ({ host, port, security: usualSecurity(port) })));
}
