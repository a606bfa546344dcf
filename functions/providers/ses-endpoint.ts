import type { Endpoint } from '../net/endpoint.ts';
import { submissionEndpoints } from './provider.ts';

/** The SMTP endpoint of Amazon SES in a region: AWS General Reference, "Amazon SES endpoints and quotas". */
export function sesHost(region: string): string {
  return `email-smtp.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`;
}

/** With the one for FIPS 140, which AWS has outside China; a region without it has no such name either. */
export function sesEndpoints(regions: readonly string[]): readonly Endpoint[] {
  const hosts = regions.flatMap((region) => [
    sesHost(region),
    ...(region.startsWith('cn-') ? [] : [`email-smtp-fips.${region}.amazonaws.com`]),
  ]);
  return submissionEndpoints(hosts, [465, 587, 2465, 2587]);
}
